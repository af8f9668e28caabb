import { readdir, readFile } from "node:fs/promises";

/**
 * The demo site's pages, whole, by the names of their files: `demo-site/pages/` has of each what no other has, its title and
 * description in the first two lines and its content behind them; `demo-site/layout.html` has all else.
 */
export async function demoPages(folder: URL): Promise<Record<string, string>> {
  const read = (name: string) => readFile(new URL(name, folder), "utf8");
  const [layout, letter, names] = await Promise.all([
    read("layout.html"),
    read("letter.html"),
    readdir(new URL("pages/", folder)),
  ]);
  const pages = names.map(async (name) => {
    const [title = "", description = "", ...content] = (await read(`pages/${name}`)).split("\n");
    const isOfBlog = name.startsWith("blog");
    const page = layout
      .replace("{{HEAD}}", () => `${title}\n${description}`)
      .replace("{{MAIN}}", () => `\n${content.join("\n")}`)
      .replace("{{LETTER}}", () => (isOfBlog ? letter : ""));
    return [name, withCurrent(page, name.replace(".html", ""))] as const;
  });
  return Object.fromEntries(await Promise.all(pages));
}

/** Marks in the head of the site where the visitor is: at a page, or in the part of the site that it is in. */
function withCurrent(page: string, name: string): string {
  const end = page.indexOf("</header>");
  const [of, current] = name.startsWith("blog-") ? ["blog", "true"] : [name, "page"];
  const head = page
    .slice(0, end)
    .replace(`href="/demo/${of}">`, () => `href="/demo/${of}" aria-current="${current}">`);
  return head + page.slice(end);
}
