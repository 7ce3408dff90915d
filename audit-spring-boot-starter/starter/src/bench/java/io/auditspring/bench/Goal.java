package io.auditspring.bench;

/**
 * What was to be reached, and what was.
 *
 * @param what what is measured
 * @param goal the goal in words
 * @param measured the figure in words
 * @param met whether it is reached
 */
record Goal(String what, String goal, String measured, boolean met) {

}
