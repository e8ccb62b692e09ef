// Where the screen is too narrow, the rooms (left) and the people (right) are drawers over the talk.
// A closed drawer is inert: the Tab key does not wander into what cannot be seen.

export function drawers(_parlor, store) {
  const house = document.getElementById("house");
  const veil = document.getElementById("veil");
  const sides = [
    side("rooms", "open-rooms", "(max-width: 760px)"),
    side("people", "open-people", "(max-width: 1040px)"),
  ];
  let open = null;
  let shown = store.current;

  function side(id, opener, narrow) {
    const found = { panel: document.getElementById(id), opener: document.getElementById(opener), narrow: matchMedia(narrow) };
    found.opener.addEventListener("click", () => set(open === found ? null : found));
    found.panel.querySelector("[data-close]").addEventListener("click", () => set(null));
    found.narrow.addEventListener("change", () => set(null));
    return found;
  }

  function set(next) {
    const before = open;
    open = next;
    for (const one of sides) {
      const isOpen = one === open;
      one.panel.classList.toggle("open", isOpen);
      one.panel.inert = one.narrow.matches && !isOpen;
      one.opener.setAttribute("aria-expanded", String(isOpen));
    }
    house.classList.toggle("drawer-open", open !== null);
    if (open) open.panel.querySelector("[data-close]").focus({ preventScroll: true });
    else before?.opener.focus({ preventScroll: true });
  }

  veil.addEventListener("click", () => set(null));
  house.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) set(null);
  });
  // A room was chosen, even the one already shown: the drawer has done its work.
  document.getElementById("rooms").addEventListener("click", (event) => {
    if (event.target.closest("a") && open) set(null);
  });
  set(null);

  return ({ current }) => {
    if (current !== shown && open) set(null);
    shown = current;
  };
}
