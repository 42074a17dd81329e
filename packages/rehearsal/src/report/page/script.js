const gantt = document.querySelector(".gantt");
if (gantt) begin(gantt);

function begin(gantt) {
  const form = document.querySelector(".controls");
  const list = gantt.querySelector(".rows");
  const detail = gantt.querySelector(".detail");
  const links = gantt.querySelector(".links");
  const hint = detail.innerHTML;
  const rows = new Map(JSON.parse(document.querySelector("#rows").textContent).map((row) => [row.address, row]));
  const items = new Map([...list.children].map((item) => [item.dataset.address, item]));
  const button = (address) => items.get(address)?.firstElementChild;
  let pinned;
  let shown;

  const view = () => gantt.dataset.view;
  const span = (address) => rows.get(address)?.[view()];
  const isRead = (address) => items.get(address).matches(".read");
  const unit = () => (view() === "model" ? "min" : "s");
  const time = (n) => n.toFixed(1);

  /** The chain of resources that it waited for, in order. */
  const chainOf = (address) => {
    const chain = [];
    for (let at = address; at && !chain.includes(at); at = rows.get(at)?.after) chain.unshift(at);
    return chain;
  };

  const element = (name, text, className = "") =>
    Object.assign(document.createElement(name), { textContent: text, className });

  const describe = (address) => {
    const [from, to] = span(address);
    const { after, failed } = rows.get(address);
    const title = element("p", "");
    title.append(
      element("b", address, "address"),
      ` ${time(from)} to ${time(to)} ${unit()}, takes ${time(to - from)} ${unit()}${failed && view() === "measured" ? ", and failed" : ""}`,
    );
    const reason = element("p", "");
    if (after) reason.append("Waited longest for ", element("span", after, "address"), waits(after, from));
    else reason.append(`Waited for nothing${waits(after, from)}`);
    const way = element("p", "", "way quiet");
    for (const [i, step] of chainOf(address).slice(0, -1).entries())
      way.append(i ? " → " : "", element("span", step, "address"));
    return [title, reason, way];
  };

  const waits = (after, from) => {
    const free = from - (span(after)?.[1] ?? 0);
    const until = span(after) ? `, until ${time(span(after)[1])} ${unit()}` : "";
    return view() === "model" && free > 0.05 ? `${until}, then ${time(free)} min for a free place.` : `${until}.`;
  };

  /** Shows what a bar waited for. */
  const show = (address) => {
    if (shown === address) return;
    shown = address;
    const chain = address ? chainOf(address) : [];
    gantt.classList.toggle("chained", chain.length > 0);
    for (const [other, item] of items) {
      item.firstElementChild.classList.toggle("on", chain.includes(other));
      item.firstElementChild.classList.toggle("here", other === address);
    }
    if (address) detail.replaceChildren(...describe(address));
    else detail.innerHTML = hint;
    draw(chain);
  };

  /** Draws a line from the end of each bar of a chain to the start of the next. */
  const draw = (chain) => {
    const origin = list.getBoundingClientRect();
    const bars = chain
      .filter((address) => items.has(address) && !items.get(address).hidden)
      .map((address) => button(address).querySelector(".bar").getBoundingClientRect());
    const lines = bars.slice(1).map((to, i) => {
      const from = bars[i];
      const x = Math.min(from.right - 2, to.left + 2) - origin.left;
      const middle = (to.top + to.bottom) / 2 - origin.top;
      return `M${x} ${(from.top < to.top ? from.bottom : from.top) - origin.top}V${middle}H${to.left - origin.left}`;
    });
    links.style.height = `${list.offsetHeight}px`;
    links.firstElementChild.setAttribute("d", lines.join(""));
  };

  const order = (a, b) => {
    const [x, y] = [rows.get(a)[view()], rows.get(b)[view()]];
    return x && y ? x[0] - y[0] || x[1] - y[1] : Number(Boolean(y)) - Number(Boolean(x));
  };

  /** Shows the bars that the form selects. */
  const update = () => {
    const { view: switched, text, critical, reads } = form.elements;
    if (switched && view() !== switched.value) {
      gantt.dataset.view = switched.value;
      list.append(...[...items.keys()].sort(order).map((address) => items.get(address)));
    }
    const words = text.value.toLowerCase().split(/\s+/);
    const fits = (address) =>
      span(address) &&
      (reads?.checked || !isRead(address)) &&
      (!critical?.checked || button(address).matches(".critical-all, .critical-cluster")) &&
      words.every((word) => address.toLowerCase().includes(word));
    const all = [...items.keys()].filter((address) => span(address) && (reads?.checked || !isRead(address)));
    for (const [address, item] of items) item.hidden = !fits(address);
    const visible = all.filter(fits);
    form.elements.count.value = `${visible.length} of ${all.length} resources`;
    gantt.querySelector(".none").hidden = visible.length > 0;
    if (pinned && !fits(pinned)) pin(undefined);
    reach(list.querySelector("li:not([hidden]) > button"));
    shown = null;
    show(pinned);
  };

  /** The tab key reaches one row, and the arrow keys move to the others. */
  const reach = (row) => {
    list.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    row?.setAttribute("tabindex", "0");
  };

  const pin = (address) => {
    button(pinned)?.setAttribute("aria-pressed", "false");
    pinned = address;
    button(pinned)?.setAttribute("aria-pressed", "true");
  };

  const addressOf = (target) => target.closest?.("li")?.dataset.address;

  list.addEventListener("pointerover", ({ target }) => show(addressOf(target) ?? pinned));
  list.addEventListener("pointerleave", () => show(pinned));
  list.addEventListener("focusin", ({ target }) => {
    reach(target);
    show(addressOf(target));
  });
  list.addEventListener("focusout", () => show(pinned));
  list.addEventListener("click", ({ target }) => {
    const address = addressOf(target);
    pin(address === pinned ? undefined : address);
    show(address);
  });
  list.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      pin(undefined);
      return show(undefined);
    }
    const visible = [...list.querySelectorAll("li:not([hidden]) > button")];
    const at = visible.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: visible.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    visible[next]?.focus();
  });
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("resize", () => draw(shown ? chainOf(shown) : []));
  update();
}
