import { type Answer, failure, outcomeOf } from "./answers.ts";
import { type Message, nameOf, reasonLines } from "./message.ts";
import type { Outcome } from "./schedule.ts";

/** A section holds at most 3,000 characters. */
const MAX_SECTION_CHARS = 3_000;
const MAX_NAME_CHARS = 200;

/** A message for an incoming webhook, in Block Kit; `text` is for notifications. */
export function slackMessage({ crossing, link, isTest }: Message) {
  const { to, from, score, model } = crossing;
  const name = inLine(nameOf(crossing));
  const company = crossing.traits["company"];
  const of = typeof company === "string" ? ` (${inLine(company)})` : "";
  const moved = to === null ? `has left ${bold(from)}` : `is now ${bold(to)}`;
  const before = to !== null && from !== null ? `, before ${bold(from)}` : "";
  const headline = `${isTest ? "Test: " : ""}<${link}|${name}>${of} ${moved}${before}`;
  const about = `Score ${bold(String(score))} in ${escaped(model)}`;
  const why = reasonLines(crossing).map((line) => `• ${escaped(line)}`);
  return {
    text: `${isTest ? "Test: " : ""}${name}${of} ${to === null ? `has left ${escaped(from ?? "")}` : `is now ${escaped(to)}`}`,
    blocks: [section(headline), section([about, ...why].join("\n"))],
  };
}

function section(text: string) {
  // Verbatim: Slack would make links of addresses and mentions of names that a visitor has written.
  return {
    type: "section",
    text: { type: "mrkdwn", text: text.slice(0, MAX_SECTION_CHARS), verbatim: true },
  };
}

/** What a visitor may have said of itself: it begins no line of its own. */
function inLine(text: string): string {
  return escaped(text.slice(0, MAX_NAME_CHARS).replaceAll(/\s+/g, " "));
}

function bold(text: string | null): string {
  return `*${escaped(text ?? "no band")}*`;
}

/** What would be a link, a mention or an entity otherwise. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Codes of Slack's that say what is wrong, and nothing of the message. */
const CODES = [
  "action_prohibited",
  "channel_is_archived",
  "channel_not_found",
  "invalid_blocks",
  "invalid_payload",
  "invalid_token",
  "no_service",
  "no_service_id",
  "no_team",
  "no_text",
  "team_disabled",
];

/** Slack answers 404 or 410 where the webhook, its channel or its team is no more, and 400 to what it cannot read. */
export function slackOutcome(answer: Answer, now: number): Outcome {
  const { status, text } = answer;
  const code = CODES.find((known) => known === text.trim());
  const error = `Slack answered ${status}${code === undefined ? "" : ` ${code}`}.`;
  if (status === 404 || status === 410) return { kind: "gone", error };
  if (status === 400) return { kind: "dead", error };
  if (status < 400) return outcomeOf(answer, now);
  return failure(error, answer, now);
}
