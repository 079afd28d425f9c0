// Questions to the stand-in, in the name of the person who looks.

/** Who looks, and where. */
export const { user, channel, locale } = document.body.dataset;

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The stand-in Discord does not answer. Is it still running?");
  }
  const text = await response.text();
  const answer = text.startsWith("{") ? JSON.parse(text) : {};
  if (!response.ok) {
    const words = answer.error ?? (text || `The stand-in Discord answered ${response.status}.`);
    throw Object.assign(new Error(words), { status: response.status, option: answer.option });
  }
  return answer;
}

/** Something this person does. An error has the words for the person, and `option` when it is about one. */
export function act(verb, body, signal) {
  return answered(
    fetch(`/_control/${verb}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user, ...body }),
      signal,
    }),
  );
}

/** What this person sees here. */
export function look(what) {
  return answered(fetch(`/_control/${what}?${new URLSearchParams({ user, channel })}`));
}

/** Resolves when something is newer than `version`, or after half a minute. */
export async function newer(version) {
  return (await answered(fetch(`/_control/wait?after=${version}`))).version;
}
