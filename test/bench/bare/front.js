/** The least that a Worker can do that asks another one by a service binding. */
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    return new Response(await env.ROWS.read(url.searchParams.get("n") ?? "0"));
  },
};
