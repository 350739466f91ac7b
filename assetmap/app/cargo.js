// What is on the map, compressed. It travels apart from the map's own small messages, so that a filter need not send it
// again: Streamlit recognises a message that it has sent before.
export default async function cargo({ data }) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { key, payload } = await new Response(stream).json();
  const kept = Object.entries(window.assetmapCargo ?? {}).filter(([other]) => other !== key).slice(-3);
  window.assetmapCargo = Object.fromEntries([...kept, [key, payload]]);
  window.dispatchEvent(new Event("assetmap-cargo"));
}
