/**
 * Any page may send with the public key, which it carries itself, and no answer depends on credentials. The
 * header is given with each answer where it is made: adding it afterwards would copy every response.
 */
export const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "retry-after",
} as const;

export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...CORS,
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": "authorization, content-type, content-encoding",
      "access-control-max-age": "86400",
    },
  });
}

/** JSON text as an answer to one reader only. */
export function jsonAnswer(text: string): Response {
  return new Response(text, { headers: ANSWER_HEADERS });
}

const ANSWER_HEADERS = { ...CORS, "content-type": "application/json", "cache-control": "private, no-cache" };
