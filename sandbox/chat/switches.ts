/** What is not known of the chat services, or slows a test. Change it while they run. */
export interface ChatSwitches {
  /** Posts a second to one Slack webhook before 429; 0: no limit. Slack: 1. */
  slackPerSecond: number;
  /** Requests a second to one Teams flow before 429; 0: no limit. Teams: 4. */
  teamsPerSecond: number;
  /** Characters of all texts in a Slack message's blocks. No page says; one report puts it at about 13,200. */
  slackMostCharacters: number;
  /** A message that is too large for Teams: refused at once, or accepted by the flow, which then fails to post it. */
  teamsTooLarge: 'refused' | 'accepted';
}

/** The defaults: what is documented, without limits that slow a test. */
export const defaultChatSwitches: Readonly<ChatSwitches> = {
  slackPerSecond: 0,
  teamsPerSecond: 0,
  slackMostCharacters: 13_200,
  teamsTooLarge: 'refused',
};
