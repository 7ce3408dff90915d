package io.auditspring.ledger;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Something in a chain that is not as it was written.
 *
 * @param seq the place in the chain, or {@code null} if the problem is not at one
 * @param id the entry found there, or {@code null} if there is none
 * @param what what is wrong, in a sentence for an auditor
 */
public record Problem(@Nullable Long seq, @Nullable UUID id, String what) {

}
