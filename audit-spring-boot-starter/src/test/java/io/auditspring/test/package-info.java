/**
 * For tests of applications: what was recorded, and assertions about it. Comes with the
 * artifact of the classifier {@code tests}, and is no part of the starter itself.
 */
@NullMarked
package io.auditspring.test;

import org.jspecify.annotations.NullMarked;
