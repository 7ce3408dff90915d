/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.receive.internal.Reception;
import io.auditspring.retention.Redaction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the centre tells sources.
 */
class ReceiptSenderTests {

	@TempDir
	private Path memory;

	private CarriedLab lab;

	@BeforeEach
	void receiveThreeEntries() {
		this.lab = new CarriedLab(this.memory);
		this.lab.write(3);
		this.lab.receive(this.lab.bundles(0, 3));
		this.lab.answers.run();
		this.lab.kafka.sent.clear();
	}

	private List<String> said() {
		this.lab.kafka.sent.clear();
		this.lab.answers.run();
		return this.lab.kafka.texts();
	}

	@Test
	void aGapIsAskedForWhole() {
		this.lab.write(3);
		this.lab.receive(this.lab.bundles(4, 2));
		assertThat(said()).singleElement()
			.asString()
			.contains("\"kind\":\"resend\"", "audit-request/resend/", "\\n3\\n");
	}

	@Test
	void ofAChainThatIsStuckOneBundleIsTriedAndNotAllThatFollows() {
		CarriedLab.execute(this.lab.centre,
				"""
						create function audit.no_more() returns trigger language plpgsql as $$
						begin
							raise exception 'not of this version' using errcode = 'check_violation';
						end
						$$;
						create trigger no_more after insert on audit.audit_log for each statement execute function audit.no_more()
						""");
		this.lab.write(6);
		this.lab.receive(this.lab.bundles(3, 2));
		assertThat(this.lab.statistics.troubles().get("orders").kind()).isEqualTo(Reception.Kind.PAUSED);
		assertThat(said()).singleElement().asString().contains("\"kind\":\"try\"", "\\n3\\n");
		this.lab.receive(this.lab.nothingNew());
		assertThat(said()).as("what it says before it may have changed").isEmpty();
		CarriedLab.execute(this.lab.centre, "drop trigger no_more on audit.audit_log");
		this.lab.receive(this.lab.bundles(3, 2).get(0));
		this.lab.receive(this.lab.nothingNew());
		Carriers.await(() -> assertThat(said()).as("once it gets on")
			.anyMatch((text) -> text.contains("\"kind\":\"resend\"") && text.contains("\\n5\\n")));
	}

	@Test
	void whatIsTooLargeKeepsNothingElseFromBeingSaid() {
		CarriedLab.execute(this.lab.centre,
				"insert into audit.audit_legal_hold (actor_id, reason) values ('jane', 'a very long story')");
		this.lab.kafka.tooLarge = "a very long story";
		this.lab.write(3);
		this.lab.receive(this.lab.bundles(4, 2));
		assertThat(said()).anyMatch((text) -> text.contains("\"kind\":\"resend\""));
		assertThat(this.lab.statistics.failures()).containsKey("kafka receipts");
		this.lab.kafka.tooLarge = "(nothing)";
		assertThat(said()).anyMatch((text) -> text.contains("a very long story"));
		assertThat(this.lab.statistics.failures()).isEmpty();
	}

	@Test
	void theBeginningOfAChainThatGoesOnIsAskedForWhereItWasLost() {
		String receipt = this.lab.receipt("orders");
		CarriedLab.execute(this.lab.source,
				"select audit.audit_take_receipt('orders', 'stored', '%s')".formatted(receipt));
		// As if it lacked some of them.
		CarriedLab.execute(this.lab.source,
				"select audit.audit_begin_successor('orders', 'orders@2', '%s', null, 'restored', audit.audit_by_owner(null))"
					.formatted(receipt));
		this.lab.write("orders@2", 4);
		List<EntriesRecord> bundles = this.lab.bundles("orders@2", 0, 2);
		this.lab.receive(bundles.subList(1, 2));
		assertThat(said()).singleElement()
			.asString()
			.contains("\"kind\":\"resend\"", "\"chain\":\"orders@2\"", "orders-service/orders@2\\n0\\n");
		this.lab.receive(bundles);
		assertThat(this.lab.size("orders@2")).isEqualTo(5);
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isZero();
	}

	@Test
	void aRequestThatIsDoneIsTakenOutOfTheTopic() {
		UUID id = UUID.fromString(String.valueOf(CarriedLab.query(this.lab.centre,
				"select id from audit.audit_log where chain = 'orders' and seq = 1")));
		new Redaction(this.lab.centre, CarriedLab.SCHEMA, CarriedLab::by).redact(List.of(id), EntryGroup.ACTOR,
				"asked to");
		assertThat(said()).anyMatch((text) -> text.contains("\"kind\":\"redaction\""));
		assertThat(said()).isEmpty();
		this.lab.redact(1);
		this.lab.receive(this.lab.bundles(3, 1));
		assertThat(said()).anyMatch(String::isEmpty);
		assertThat(this.lab.kafka.sent).filteredOn((record) -> record.value() == null)
			.singleElement()
			.extracting((record) -> new String(record.key(), StandardCharsets.UTF_8))
			.isEqualTo("redaction/orders/1/actor");
		assertThat(said()).noneMatch(String::isEmpty);
	}

	@Test
	void whatIsMissingOfAChainThatGoesOnIsNotForgotten() {
		String receipt = this.lab.receipt("orders");
		this.lab.write(3);
		this.lab.receive(this.lab.bundles(4, 2));
		CarriedLab.execute(this.lab.source,
				"""
						select audit.audit_take_receipt('orders', 'stored', '%1$s');
						select audit.audit_begin_successor('orders', 'orders@2', '%1$s', null, 'restored', audit.audit_by_owner(null));
						"""
					.formatted(receipt));
		this.lab.receive(this.lab.bundles("orders@2", 0, 1));
		said();
		assertThat(this.lab.size("orders@2")).isEqualTo(1);
		assertThat(this.lab.statistics.standings().get("orders").missing()).isEqualTo(3);
		this.lab.receive(this.lab.bundles(3, 3));
		said();
		assertThat(this.lab.statistics.standings().get("orders").missing()).isZero();
	}

}
