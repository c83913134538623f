// Keys for every page. Pages work without: links and forms do everything that keys do.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = { get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("theme", value); } catch { /* private windows keep nothing */ } } };
  if (kept.get()) root.dataset.theme = kept.get();

  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const turn = () => { root.dataset.theme = isDark() ? "light" : "dark"; kept.set(root.dataset.theme); };
  const help = () => { const keys = document.getElementById("keys"); keys.open ? keys.close() : keys.showModal(); };

  // What j and k walk through: whatever carries data-step. One at a time has the class "at".
  const steps = () => [...document.querySelectorAll("[data-step]")].filter((step) => step.offsetParent !== null);
  const now = () => document.querySelector("[data-step].at");
  const walkTo = (step) => {
    if (!step) return;
    now()?.classList.remove("at");
    step.classList.add("at");
    step.scrollIntoView({ block: "nearest" });
    if (step.id) history.replaceState(null, "", `#${step.id}`);
    document.dispatchEvent(new CustomEvent("stepped", { detail: step }));
  };
  const walk = (by) => {
    const all = steps(), place = all.indexOf(now());
    walkTo(place < 0 ? all[by > 0 ? 0 : all.length - 1] : all[Math.min(all.length - 1, Math.max(0, place + by))]);
  };
  const enter = () => {
    const step = now();
    if (!step) return false;
    const link = step.querySelector("a[data-open]");
    if (link) { link.click(); return true; }
    const folds = [...step.querySelectorAll("details")];
    const open = folds.some((fold) => !fold.open);
    folds.forEach((fold) => { fold.open = open; });
    return folds.length > 0;
  };
  const follow = (rel) => { const link = document.querySelector(`a[data-rel="${rel}"]`); if (link) link.click(); };

  const keys = {
    j: () => walk(1), k: () => walk(-1),
    Enter: enter, o: enter,
    g: () => { location.href = "/"; }, u: () => follow("up"), n: () => follow("next"), p: () => follow("previous"),
    t: turn, "?": help,
    "/": () => { document.querySelector("input[type=search]")?.focus(); },
    Home: () => walkTo(steps()[0]), End: () => walkTo(steps().at(-1)),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, select, textarea");
    if (typing) { if (event.key === "Escape") typing.blur(); return; }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const act = keys[event.key];
    if (!act) return;
    if (act() !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-key]");
    if (button) keys[button.dataset.key]();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("form.filters select")) event.target.form.requestSubmit();
  });
  document.addEventListener("DOMContentLoaded", () => {
    const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named && named.matches("[data-step]")) walkTo(named);
  });
  window.addEventListener("hashchange", () => {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named && named.matches("[data-step]")) walkTo(named);
  });
})();
