// The live page: what the server says is put in as text, never as markup.
"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const make = (tag, values = {}, ...inner) => {
    const node = document.createElement(tag);
    Object.assign(node, values);
    node.append(...inner);
    return node;
  };
  const brief = (value) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text === undefined ? "" : text.length > 120 ? `${text.slice(0, 119)}…` : text;
  };
  const unescaped = (step) => step.replaceAll("~1", "/").replaceAll("~0", "~");
  let seen = -1;
  const folded = new Set();

  // State: a table for each collection; what the last write changed is marked, and on top.
  const table = (name, rows, marked) => {
    const keys = Object.keys(rows);
    const columns = [...new Set(keys.flatMap((key) => Object.keys(rows[key] ?? {})))];
    const head = make("tr", {}, ...columns.map((column) => make("th", { textContent: column })));
    const body = keys.map((key) => make("tr", { className: marked.get(`/${name}/${key}`) ?? "" },
      ...columns.map((column) => make("td", { textContent: brief(rows[key][column]), className: marked.get(`/${name}/${key}/${column}`) ?? "" }))));
    return make("div", { className: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
  };
  const isRows = (value) => value !== null && typeof value === "object" && !Array.isArray(value)
    && Object.values(value).every((row) => row !== null && typeof row === "object" && !Array.isArray(row));
  const marks = (calls) => {
    const marked = new Map();
    for (const change of calls.findLast((one) => one.changes.length)?.changes ?? []) {
      const steps = change.path.split("/").map(unescaped);
      if (steps.length <= 3 && !("before" in change)) marked.set(steps.join("/"), "created");
      else marked.set(steps.slice(0, 4).join("/"), "changed");
    }
    return marked;
  };
  const showState = (state, marked) => {
    const changed = (name) => [...marked.keys()].some((path) => path.split("/")[1] === name);
    const ordered = Object.entries(state).sort(([one], [other]) => changed(other) - changed(one)); // stable
    const parts = ordered.map(([name, value]) => {
      const inner = isRows(value) ? table(name, value, marked) : make("pre", { textContent: JSON.stringify(value, null, 2) });
      const count = isRows(value) ? ` ${Object.keys(value).length}` : "";
      const part = make("details", { open: !folded.has(name) }, make("summary", {}, make("b", { textContent: name }), make("small", { textContent: count })), inner);
      part.addEventListener("toggle", () => { part.open ? folded.delete(name) : folded.add(name); });
      return part;
    });
    by("state").replaceChildren(...parts);
    for (const box of by("state").querySelectorAll(".scroll")) {
      const first = box.querySelector(".changed, .created");
      if (first) box.scrollTop = first.offsetTop - box.clientHeight / 2;
    }
  };

  // Calls, the newest on top.
  const change = (one) => {
    const kind = !("before" in one) ? "created" : !("after" in one) ? "deleted" : "changed";
    const line = make("li", { className: kind }, make("span", { className: "path", textContent: `${one.path} ` }));
    if (kind !== "created") line.append(make("del", { textContent: brief(one.before) }), " ");
    if (kind !== "deleted") line.append(make("ins", { textContent: brief(one.after) }));
    return line;
  };
  const call = (one) => {
    const mark = one.is_error ? ["bad", one.result?.code ?? "refused"] : one.changes.length ? ["good", "wrote"] : ["", "read"];
    const node = make("article", { className: `card seen ${one.is_error ? "refused" : one.changes.length ? "wrote" : ""}`, id: `call-${one.n}` },
      make("p", {}, make("span", { className: "soft", textContent: `${one.n} ` }), make("b", { textContent: one.tool }), " ", make("span", { className: `mark ${mark[0]}`, textContent: mark[1] })),
      make("p", { className: "arguments", textContent: brief(one.arguments) }));
    if (one.is_error) node.append(make("p", { className: "bad", textContent: one.result?.message ?? "" }));
    if (one.changes.length) node.append(make("ul", { className: "changes" }, ...one.changes.slice(0, 12).map(change)));
    node.append(make("details", {}, make("summary", { textContent: "result" }), make("pre", { textContent: JSON.stringify(one.result, null, 2).slice(0, 6000) })));
    node.dataset.step = "";
    return node;
  };

  const show = (now) => {
    if (now.version < seen) return;
    seen = now.version;
    showState(now.state, marks(now.calls));
    by("calls").replaceChildren(...[...now.calls].reverse().map(call));
    by("quiet").hidden = now.calls.length > 0;
    by("counted").textContent = now.calls.length ? String(now.calls.length) : "";
    by("undo").disabled = !now.can_undo;
    by("scenario").value = now.scenario;
    by("clock").textContent = now.now.replace("T", " ").slice(0, 16);
    by("task").hidden = !now.task;
    by("task").firstElementChild.textContent = now.task;
    by("broken").hidden = !now.broken.length;
    by("broken").replaceChildren("The state breaks a rule:", make("ul", {}, ...now.broken.map((text) => make("li", { textContent: text }))));
    document.documentElement.dataset.version = String(now.version);
  };
  const said = async (answer) => {
    const told = await answer.json();
    by("trouble").textContent = told.error ?? "";
    if (!told.error) show(told);
  };
  const send = (path, body = {}) => fetch(path, { method: "POST", body: JSON.stringify(body) }).then(said, lost);
  const look = () => fetch("/now").then(said, () => {});
  const lost = () => { by("link").className = "bad"; by("link").textContent = "the server has ended"; };

  const listen = () => {
    const stream = new EventSource(`/changes?after=${seen}`);
    stream.onopen = () => { by("link").className = "good"; by("link").textContent = "live"; };
    stream.onmessage = look;
    stream.onerror = lost; // the browser tries again by itself
  };

  by("reset").addEventListener("click", () => send("/reset", { scenario: by("scenario").value }));
  by("undo").addEventListener("click", () => send("/undo"));
  by("scenario").addEventListener("change", () => send("/reset", { scenario: by("scenario").value }));
  by("controls").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const begin = event.target.closest("[data-begin]"), copy = event.target.closest("[data-copy]");
    if (begin) { send("/reset", { scenario: begin.dataset.begin }); scrollTo({ top: 0 }); }
    if (copy) {
      const text = copy.closest(".card").querySelector("pre, .text").textContent;
      navigator.clipboard?.writeText(text).then(() => { copy.textContent = "Copied"; }, () => {});
    }
  });
  look().then(listen);
})();
