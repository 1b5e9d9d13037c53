// The stream of what others did. After a break it is taken up where it was left, also when the browser gives up.
export function follow(tell) {
  let last = "";

  const connect = () => {
    const source = new EventSource(last ? `/live/?last=${last}` : "/live/");
    const hear = (event) => {
      last = event.lastEventId;
      return JSON.parse(event.data);
    };
    source.onopen = () => tell({ state: "open" });
    source.onerror = () => {
      tell({ state: "lost" });
      // The browser reconnects by itself, except after a refusal: a database that starts again, an ended session.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000 + Math.random() * 5000);
    };
    source.addEventListener("live", (event) => tell({ event: hear(event) }));
    // From here on everything is told. What happened between the drawing of the page and now was told to nobody; and
    // who was away for longer than the events are kept has missed some.
    for (const anew of ["begun", "reload"]) source.addEventListener(anew, (event) => (hear(event), tell({ reload: true })));
  };
  connect();
}
