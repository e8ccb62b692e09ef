// A small set of emoji, each by its names. The first ones are those that people use most.

const NAMED = `
👍 thumbs up yes ok +1|❤️ heart love|😂 joy laugh tears lol|🎉 party tada hooray|😮 wow surprised oh|😢 sad cry tear|🙏 thanks please pray|👀 eyes look
😀 grin happy|😄 smile happy|😁 beam grin|😅 sweat phew relief|🤣 rofl rolling laugh|😊 blush warm smile|🙂 slight smile|🙃 upside down silly
😉 wink|😍 heart eyes love|🥰 adore hearts|😘 kiss|😋 yum tasty|😛 tongue|😜 wink tongue crazy|🤪 zany crazy
🤗 hug|🤭 giggle oops|🤫 shush quiet secret|🤔 thinking hmm|🤨 raised eyebrow really|😐 neutral meh|😶 speechless silent|🙄 eye roll
😏 smirk|😬 grimace awkward|😌 relieved calm|😴 sleep tired night|🤤 drool|😷 mask ill|🤒 fever ill sick|🤯 mind blown
🥳 party face birthday|😎 cool sunglasses|🤓 nerd glasses|🧐 monocle curious|😕 confused|🙁 frown|😟 worried|😳 flushed embarrassed
🥺 pleading please|😨 afraid fear|😭 sob crying|😱 scream horror|😞 disappointed|😩 weary tired|😤 huff triumph|😡 angry rage
🤬 swearing curse|💀 skull dead|💩 poo|🤡 clown|👻 ghost boo|👽 alien|🤖 robot bot|😺 cat smile
👎 thumbs down no -1|👌 ok hand perfect|🤌 pinched fingers|✌️ victory peace|🤞 fingers crossed luck|🤟 love you|🤘 rock on horns|👋 wave hello bye hi
🙌 raised hands praise|👏 clap applause bravo|🤝 handshake deal|💪 muscle strong|✍️ writing|👉 point right|👆 point up this|🫶 heart hands
🤷 shrug dunno|🤦 facepalm|🙋 raise hand me|🙇 bow sorry|💁 info desk|🏃 run|💃 dance|🧘 calm meditate
🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|💔 broken heart|💯 hundred perfect
✨ sparkles shiny|🔥 fire hot lit|⭐ star|🌟 glowing star|💡 lamp idea light bulb|💥 boom collision|💤 zzz sleep|🎈 balloon
☀️ sun sunny|🌙 moon night|🌈 rainbow|☁️ cloud|🌧️ rain|❄️ snow cold|⚡ lightning fast|🌊 wave sea
🌱 seedling grow plant|🌸 blossom flower spring|🌹 rose|🌻 sunflower|🍀 clover luck|🍂 leaves autumn|🌲 tree|🍄 mushroom
🐶 dog|🐱 cat|🐭 mouse|🦊 fox|🐻 bear|🐼 panda|🐸 frog|🦀 crab rust
🐔 chicken|🐧 penguin linux|🦉 owl|🐝 bee|🦋 butterfly|🐢 turtle slow|🐙 octopus|🦄 unicorn
🍎 apple|🍋 lemon|🍓 strawberry|🍕 pizza|🍔 burger|🍟 fries|🥐 croissant|🍞 bread
🍜 noodles ramen|🍣 sushi|🍪 cookie|🍰 cake|🎂 birthday cake|🍫 chocolate|🍿 popcorn|☕ coffee
🍵 tea|🍺 beer|🍻 cheers beers|🍷 wine|🥂 toast cheers|🧃 juice|🥄 spoon|🍽️ dinner plate
⚽ football soccer|🏀 basketball|🎾 tennis|🎲 dice game|🎮 video game|🧩 puzzle piece|🎸 guitar|🎵 music note
🎧 headphones|🎬 film movie|🎨 art paint|📷 camera photo|🏆 trophy win|🥇 gold medal first|🎯 target bullseye|🎁 gift present
🚗 car|🚲 bicycle bike|🚆 train|✈️ plane travel|🚀 rocket launch ship|⛵ boat sail|🏠 house home|🏝️ island holiday
🗺️ map|⏰ alarm clock late|⏳ hourglass wait|📅 calendar date|📌 pin|📎 paperclip|✏️ pencil|📝 memo note
📚 books read|📖 open book|📣 megaphone announce|🔔 bell|🔕 mute bell quiet|🔒 lock|🔑 key|🔧 wrench fix
🛠️ tools build|⚙️ gear settings|💻 laptop computer|📱 phone|💾 save floppy|🐛 bug|🧪 test tube|📦 package box
💰 money|📈 chart up growth|📉 chart down|🔍 search magnifier|💬 speech bubble talk|❓ question|❗ exclamation important|⚠️ warning careful
✅ done check yes|❌ no cross wrong|➕ plus add|➖ minus|🔴 red|🟢 green|🔁 again repeat|🏁 finish flag
`;

/** @typedef {{emoji: string, names: string[], name: string}} Emoji */

/** @type {Emoji[]} */
export const EMOJI = NAMED.trim().split(/[\n|]/).map((entry) => {
  const [emoji = "", ...names] = entry.split(" ");
  return { emoji, names, name: names.join(" ") };
});

/** Whose names begin with these words, best first. @param {string} typed @param {number} most */
export function findEmoji(typed, most = EMOJI.length) {
  const wanted = typed.toLowerCase().split(/[\s_]+/).filter(Boolean);
  const fits = (/** @type {Emoji} */ { names }) => wanted.every((word) => names.some((name) => name.startsWith(word)));
  const exact = ({ names = /** @type {string[]} */ ([]) }) => Number(names.includes(typed.toLowerCase()));
  return EMOJI.filter(fits).sort((a, b) => exact(b) - exact(a)).slice(0, most);
}
