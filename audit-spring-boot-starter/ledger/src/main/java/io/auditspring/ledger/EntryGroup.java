/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger;

/**
 * The parts of an entry that can be erased, while the rest of it stays and still
 * verifies.
 *
 * @since 0.1.0
 */
public enum EntryGroup {

	/** Who acted and from where: id, names, address, client, session, device, place. */
	ACTOR,

	/** What exactly was done: the target's name, texts, states, changes, metadata. */
	DATA

}
