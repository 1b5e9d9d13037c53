// The stream of what others did, from the event `heard` on. After a break it is taken up where it was left, also when
// the browser gives up.
export function follow(heard, tell) {
  let address = `/live/?heard=${heard}`;

  const connect = () => {
    const source = new EventSource(address);
    const read = (event) => {
      address = `/live/?last=${event.lastEventId}`;
      return JSON.parse(event.data);
    };
    source.onopen = () => tell({ state: "open" });
    source.onerror = () => {
      tell({ state: "lost" });
      // The browser reconnects by itself, except after a refusal: a database that starts again, an ended session.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000 + Math.random() * 5000);
    };
    source.addEventListener("live", (event) => tell({ event: read(event), number: Number(event.lastEventId) }));
    // Away for longer than the events are kept: some are missed.
    source.addEventListener("reload", (event) => (read(event), tell({ reload: true, number: Number(event.lastEventId) })));
  };
  connect();
}
