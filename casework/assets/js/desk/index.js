// What only the desk's pages do: the list with its preview, the card of the next step, the story, the drawing.

import { startAsking } from "./asking.js";
import { startCard } from "./card.js";
import { startDispatch } from "./dispatch.js";
import { startDrawing } from "./drawing.js";
import { startDrafts } from "./drafts.js";
import { startInbox } from "./inbox.js";
import { startKeySwitch } from "./keyswitch.js";
import { startRefusals } from "./refusals.js";
import { startStory } from "./story.js";

export function startDesk() {
  startKeySwitch();
  startInbox();
  startCard();
  startAsking();
  startDrafts();
  startStory();
  startDispatch();
  startDrawing();
  startRefusals();
}
