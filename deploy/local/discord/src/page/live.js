(async () => {
  let version = Number(document.body.dataset.version);
  const main = document.querySelector("main");
  const bottom = () => (main.querySelector("#chat").scrollTop = 1e9);
  bottom();
  for (;;) {
    try {
      version = (await (await fetch("/_control/wait?after=" + version)).json()).version;
      const next = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      for (const part of ["#chat", "nav"]) {
        const now = document.querySelector(part), then = next.querySelector(part);
        if (now.innerHTML !== then.innerHTML) now.innerHTML = then.innerHTML;
      }
      version = Math.max(version, Number(next.body.dataset.version));
      bottom();
    } catch {
      await new Promise((again) => setTimeout(again, 2000));
    }
  }
})();
