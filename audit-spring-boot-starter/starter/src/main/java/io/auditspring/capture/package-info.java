/**
 * What an entry says. In come an operation, the changes of entities and the origin of the
 * call, out go entries with secrets masked. Begin with
 * {@link io.auditspring.capture.EntryFactory}; who, where from and the state of entities
 * are gathered in the packages below.
 */
@NullMarked
package io.auditspring.capture;

import org.jspecify.annotations.NullMarked;
