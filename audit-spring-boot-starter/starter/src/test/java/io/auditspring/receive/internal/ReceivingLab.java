/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A source with the chain {@code orders}, which it signs, and a centre that receives it
 * with the least rights.
 */
final class ReceivingLab {

	static final String CHAIN = "orders";

	static final String ORIGIN = "orders-service";

	final String pem = Ed25519Signer.newPem();

	final Ed25519Signer signer = Ed25519Signer.ofPem(ORIGIN, this.pem);

	final LedgerDatabase source;

	final LedgerDatabase centre;

	final DataSource receiving;

	final ReceivingStatistics statistics = new ReceivingStatistics();

	final BundleReceiver receiver;

	final Ed25519Signer centreSigner = Ed25519Signer.ofPem("centre", Ed25519Signer.newPem());

	@Nullable Receipts receipts;

	private final Path memory;

	ReceivingLab(Path memory) {
		this(memory, LedgerDatabase.withRoles());
	}

	ReceivingLab(Path memory, LedgerDatabase centre) {
		this(memory, LedgerDatabase.withRoles(), centre);
	}

	ReceivingLab(Path memory, LedgerDatabase source, LedgerDatabase centre) {
		this.memory = memory;
		this.source = source;
		this.centre = centre;
		if (!query(centre, "select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'audit'")
			.equals("audit_owner")) {
			Roles.apply(centre.dataSource(), centre.schema());
		}
		this.receiving = Roles.user(this.centre.dataSource(), "audit_receiver");
		this.receiver = new BundleReceiver(this.receiving, this.centre.schema(), () -> Entries.entries(1).get(0),
				this.statistics);
		this.source.execute("select audit.audit_ledger_id('%s')".formatted(CHAIN));
		register(CHAIN);
	}

	/** An empty ledger whose encoding lacks most characters. */
	static LedgerDatabase ofAnotherEncoding() {
		LedgerDatabase server = LedgerDatabase.create();
		PGSimpleDataSource database = (PGSimpleDataSource) server.dataSource();
		String name = database.getDatabaseName() + "_win1252";
		server.execute(
				"create database %s template template0 encoding 'WIN1252' lc_collate 'C' lc_ctype 'C'".formatted(name));
		return LedgerDatabase.empty("jdbc:postgresql://localhost:%d/%s?user=%s".formatted(database.getPortNumbers()[0],
				name, database.getUser()));
	}

	void register(String chain) {
		this.centre.execute("set role audit_owner; select audit.audit_receive_chain('%s', '%s', '%s', '%s')"
			.formatted(chain, ledgerId(chain), ORIGIN, VerifierKey.of(this.signer)));
	}

	UUID ledgerId(String chain) {
		return UUID.fromString(
				query(this.source, "select ledger_id from audit.audit_chain where name = '%s'".formatted(chain)));
	}

	static String query(LedgerDatabase database, String sql) {
		return Objects.requireNonNull(database.query(sql), sql);
	}

	Checkpoints checkpoints(LedgerDatabase database) {
		return new Checkpoints(database.dataSource(), database.schema(), ORIGIN,
				TrustedKeys.of(VerifierKey.of(this.signer)), new CheckpointSigning(this.signer,
						new SignerMemory(this.memory.resolve(UUID.randomUUID().toString())), List.of()));
	}

	/** Appends at the source, and signs. */
	String write(int entries) {
		this.source.append(CHAIN, Entries.entries(entries));
		return sign();
	}

	String write(Entry... entries) {
		this.source.append(CHAIN, entries);
		return sign();
	}

	String sign() {
		return checkpoints(this.source).create(CHAIN).map(Checkpoint::note).orElseThrow();
	}

	/** Signs whatever is said to be in the chain. */
	String sign(String chain, long size, byte[] root, Ed25519Signer by) {
		return Checkpoint.sign(Checkpoint.origin(ORIGIN, chain), size, root, by).note();
	}

	List<StoredEntry> entries(LedgerDatabase database, long from, long to) {
		return entries(database, CHAIN, from, to);
	}

	List<StoredEntry> entries(LedgerDatabase database, String chain, long from, long to) {
		List<StoredEntry> entries = new ArrayList<>();
		try (Connection connection = database.connect()) {
			new EntryReader(connection, database.schema()).read(chain, "seq >= %d and seq < %d".formatted(from, to),
					(row) -> entries.add(StoredEntry.read(row)));
			return entries;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Sends entries from one place to the end that a note is of. */
	Reception send(long from, String note) {
		return receive(Bundle.of(CHAIN, from, note, entries(this.source, from, Checkpoint.parse(note).size())));
	}

	Reception receive(Bundle bundle) {
		try {
			return this.receiver.receive(bundle);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	JdbcSource jdbc() {
		return new JdbcSource("orders", this.source.dataSource(), this.source.schema(), List.of(), this.receiver,
				this.statistics, this.receipts);
	}

	void poll() {
		try {
			jdbc().receive();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void redact(LedgerDatabase database, long seq) {
		redact(database, CHAIN, seq);
	}

	void redact(LedgerDatabase database, String chain, long seq) {
		UUID id = UUID.fromString(query(database,
				"select id from audit.audit_log where chain = '%s' and seq = %d".formatted(chain, seq)));
		new Redaction(database.dataSource(), database.schema(), () -> Entries.entries(1).get(0)).redact(List.of(id),
				EntryGroup.ACTOR, "asked to");
	}

	long size() {
		return Long
			.parseLong(query(this.centre, "select size from audit.audit_chain where name = '%s'".formatted(CHAIN)));
	}

	/** All that is stored of the chain, as one text. */
	static String content(LedgerDatabase database) {
		return query(database, """
				select coalesce(string_agg(encode(sha256(convert_to(l::text, 'UTF8')), 'hex'), ' ' order by seq), '')
				from audit.audit_log l
				where chain = '%s'
				""".formatted(CHAIN));
	}

	String problems() {
		return new LedgerVerifier(this.centre.dataSource(), this.centre.schema()).verify()
			.chains()
			.stream()
			.flatMap((chain) -> chain.problems().stream())
			.map((problem) -> "%s %s %s: %s".formatted(problem.kind(), problem.chain(), problem.seq(), problem.what()))
			.collect(Collectors.joining("; "));
	}

}
