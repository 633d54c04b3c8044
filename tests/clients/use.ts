// What a city's own system would write on the client that is generated from openapi.json: typed, and run against a house.
import { createClient } from "./made/client";
import { countCases, getGuide, searchPolicies } from "./made";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const [, , baseUrl, token, words] = process.argv;
  const client = createClient({ baseUrl, auth: () => token });
  const found = await searchPolicies({ client, query: { q: words, limit: 5 }, throwOnError: true });
  const [first] = found.data.items;
  const guide = await getGuide({ client, path: { item_id: first.item_id }, throwOnError: true });
  const counts = await countCases({ client, throwOnError: true });
  const refused = await getGuide({ client, path: { item_id: "no-such-item" } });
  console.log(
    JSON.stringify({
      title: guide.data.title,
      sentences: Object.keys(guide.data.sentences).length,
      overdue: counts.data.overdue,
      code: refused.error?.code,
      status: refused.response?.status,
    }),
  );
}

void main();
