/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Registers a chain in which a received one goes on, as after the database of its source
 * was restored. It needs no hands where nobody but the source can have begun it: the key
 * that counts at the end of the one before signed it, and its first entry repeats a
 * receipt that this ledger gave of that. What it says beyond that is verified like any
 * other chain, in the same transaction.
 */
public final class Succession {

	static final String CONTINUED = "audit.chain.continued";

	private static final Pattern NUMBERED = Pattern.compile("(.+)@([1-9][0-9]{0,8})");

	private final ReceivedTables tables;

	private final Frontiers frontiers;

	Succession(ReceivedTables tables, Frontiers frontiers) {
		this.tables = tables;
		this.frontiers = frontiers;
	}

	/**
	 * The name of the chain that goes on in one.
	 * @param chain a name
	 * @return the name before, or {@code null} if it is no name under which a chain goes
	 * on
	 */
	public static @Nullable String predecessor(String chain) {
		Matcher numbered = NUMBERED.matcher(chain);
		if (!numbered.matches()) {
			return null;
		}
		int number = Integer.parseInt(numbered.group(2));
		return switch (number) {
			case 1 -> null;
			case 2 -> numbered.group(1);
			default -> "%s@%s".formatted(numbered.group(1), number - 1);
		};
	}

	/**
	 * Whether a chain goes on under another name, or is that itself.
	 * @param chain the chain's name
	 * @param name the other name
	 * @return whether it does, as far as names tell
	 */
	static boolean isOf(String chain, String name) {
		// Numbers are compared, not counted down: anybody may send a name.
		Matcher numbered = NUMBERED.matcher(chain);
		boolean isNumbered = numbered.matches();
		String before = name;
		while (!before.equals(chain)) {
			Matcher later = NUMBERED.matcher(before);
			if (!later.matches() || later.group(2).equals("1")) {
				return false;
			}
			if (isNumbered && numbered.group(1).equals(later.group(1))) {
				int number = Integer.parseInt(numbered.group(2));
				return number > 1 && number < Integer.parseInt(later.group(2));
			}
			before = later.group(1);
		}
		return true;
	}

	/**
	 * Registers a chain if that is safe.
	 * @param connection where to
	 * @param bundle the first that came of it
	 * @param recordedBy says who receives
	 * @return whether it is registered
	 * @throws SQLException if the database fails
	 * @throws ReceptionException if it is signed for, and cannot be registered by itself
	 */
	boolean register(Connection connection, Bundle bundle, Entry recordedBy) throws SQLException {
		// Its source may have been restored again before that came here.
		String before = null;
		for (String name : this.tables.chainsWithKeys(connection)) {
			if (isOf(name, bundle.chain()) && (before == null || isOf(before, name))) {
				before = name;
			}
		}
		if (before == null) {
			return false;
		}
		TrustedKeys keys = this.tables.keys(connection, before, Long.MAX_VALUE);
		Checkpoint note = BundleReceiver.open(bundle.note(), keys);
		ReceivedHead head = this.tables.lock(connection, before);
		if (!note.origin().equals(head.origin() + "/" + bundle.chain())) {
			throw ReceptionException
				.refused("its note is of '%s', not of '%s/%s'".formatted(note.origin(), head.origin(), bundle.chain()));
		}
		if (bundle.first() > 0) {
			throw new ReceptionException(Reception.Kind.GAP,
					"it goes on where chain '%s' ended, and its first entry is missing".formatted(before));
		}
		StoredEntry first = first(bundle);
		Said said = (first != null) ? Said.of(first) : null;
		if (said == null || !isOf(said.storedChain(), before) || !isOurs(connection, head, said)) {
			throw ReceptionException.refused(
					("it goes on where chain '%s' ended, but does not say so by a receipt of this ledger: let its owner "
							+ "register it by audit_receive_chain")
						.formatted(before));
		}
		this.tables.registerSuccessor(connection, before, bundle.chain(), said.ledger(), recordedBy);
		return true;
	}

	private boolean isOurs(Connection connection, ReceivedHead last, Said said) throws SQLException {
		String stored = said.storedChain();
		long size = stored.equals(last.chain()) ? last.size() : this.tables.size(connection, stored);
		return said.storedSize() > 0 && said.storedSize() <= size && Arrays.equals(said.storedRoot(),
				LeafHashes.root(this.frontiers.at(connection, stored, said.storedSize())));
	}

	private static @Nullable StoredEntry first(Bundle bundle) throws SQLException {
		StoredEntry[] first = new StoredEntry[1];
		try {
			bundle.entries().read((entry) -> {
				first[0] = entry;
				throw new Enough();
			});
		}
		catch (Enough ex) {
			return first[0];
		}
		return null;
	}

	/**
	 * What the first entry says of the chain before.
	 *
	 * @param ledger the id of the chain that begins
	 * @param storedChain of which chain the receipt was: usually of the one before
	 * @param storedSize how many entries of that it was of
	 * @param storedRoot the root over these
	 */
	private record Said(UUID ledger, String storedChain, long storedSize, byte[] storedRoot) {

		static @Nullable Said of(StoredEntry entry) {
			CanonicalJson metadata = entry.data().metadata();
			if (!CONTINUED.equals(entry.core().action()) || metadata == null) {
				return null;
			}
			JsonNode members = metadata.toNode();
			try {
				return new Said(UUID.fromString(members.path("ledger").asString("")),
						members.path("storedChain").asString(members.path("predecessor").asString("")),
						members.path("storedSize").asLong(0),
						HexFormat.of().parseHex(members.path("storedRoot").asString("")));
			}
			catch (IllegalArgumentException ex) {
				return null;
			}
		}

	}

	/** The others are read when it is registered. */
	private static final class Enough extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Enough() {
			super(null, null, false, false);
		}

	}

}
