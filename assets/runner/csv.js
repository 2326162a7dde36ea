// @ts-check

/** The columns of a recorded session: the official ones, then what this runner measures besides. */
export const COLUMNS = [
  "participant",
  "obs",
  "block",
  "condition_idx",
  "trial_type",
  "class",
  "stimulus_name",
  "choice_name",
  "i_choice",
  "i_correct_choice",
  "perf",
  "reaction_time_msec",
  "rel_timestamp_response",
  "stimulus_image_url",
  "trial_number",
  "split",
  "timestamp_start",
  "choice_names",
  "query_string",
  "stimulus_duration_msec",
  "post_stimulus_delay_duration_msec",
  "choice_duration_msec",
  "pre_choice_lockout_delay_duration_msec",
  "keep_stimulus_on",
  "stimulus_width_px",
  "choice_width_px",
  "monitor_width_px",
  "monitor_height_px",
  "bonus_usd_if_correct",
  "group",
  "picture",
  "choice",
  "feedback",
  "simulated",
  "altered",
  "epsilon_224",
  "towards",
  "treatment",
  "difficulty",
  "onset_ms",
  "choices_ms",
  "frames_asked",
  "frames_shown",
  "frames_dropped",
  "left",
  "px_per_mm",
  "foil",
  "foil_class",
  "foil_towards",
  "foil_epsilon_224",
  "likeness",
  "side",
  "sureness",
];

/** @typedef {Record<string, string | number | null>} Row by column */

/**
 * Rows as comma-separated values (RFC 4180). Texts that a spreadsheet would take for a formula get an apostrophe in
 * front, as lwise_core/study/responses.py writes and reads them.
 * @param {Row[]} rows
 */
export function csvOf(rows) {
  return [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))]
    .map((cells) => cells.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

/** @param {string | number | null | undefined} value */
function cell(value) {
  const guard = typeof value === "string" && /^[=+\-@\t\r'＝＋－＠]/.test(value) ? "'" : "";
  const said = guard + (value ?? "");
  return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said;
}
