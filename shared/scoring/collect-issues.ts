import type { Issue } from "./issue.ts";

/** More than anybody reads at once; the rest are only counted. */
export const MAX_ISSUES = 100;

/** Tells a mistake; the message is made only where it is kept. */
export type Report = (path: string, message: () => string) => void;

/** The mistakes that a check reports, the first `MAX_ISSUES` of them and then how many more there are. */
export function collectIssues(check: (report: Report) => void): Issue[] {
  const issues: Issue[] = [];
  let more = 0;
  check((path, message) => {
    if (issues.length < MAX_ISSUES) issues.push({ path, message: message() });
    else more += 1;
  });
  if (more > 0) issues.push({ path: "", message: `and ${more} more` });
  return issues;
}
