// One tab of this browser holds the phone; the others show its state, and their buttons ask it. When it goes, another takes over.

// `takeUp(tell)` makes the phone in the tab that got it; `hear(state)` is called in every tab. Returns how to give an order.
export function share(name, { takeUp, hear }) {
  const channel = new BroadcastChannel(name);
  let phone = null;

  const tell = (state) => {
    hear(state);
    channel.postMessage({ state });
  };
  channel.onmessage = ({ data }) => {
    if (data.order) phone?.obey(data.order);
    if (data.asks) phone?.tell();
    if (data.state && !phone) hear(data.state);
  };
  channel.postMessage({ asks: true });
  navigator.locks.request(name, () => {
    phone = takeUp(tell);
    return new Promise(() => {}); // until the tab goes
  });
  return (order) => (phone ? phone.obey(order) : channel.postMessage({ order }));
}
