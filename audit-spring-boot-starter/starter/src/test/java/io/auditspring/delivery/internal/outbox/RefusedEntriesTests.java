package io.auditspring.delivery.internal.outbox;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Entries that meet a database, or a machine, that does not cooperate.
 */
class RefusedEntriesTests extends CallsOfAShop {

	@Test
	void anErrorWhileEntriesAreMovedLosesNothing() {
		start(Shop.class);
		OUT_OF_MEMORY.set(true);
		this.calls.plain();
		this.calls.plain();
		assertThat(outcomes(2)).hasSize(2);
	}

	@Test
	void aBatchThatIsPartlyRefusedIsNotWrittenTwice() {
		start(Shop.class, "audit.batch.linger=300ms");
		this.log.jdbc().execute("create sequence attempts");
		this.log.jdbc().execute("""
				create function refuse() returns trigger language plpgsql as $$
				begin
					if new.action = 'named' then
						raise exception 'poison' using errcode = '22000';
					end if;
					if new.action = 'odd' and nextval('public.attempts') < 2 then
						raise exception 'not now' using errcode = '53100';
					end if;
					return new;
				end $$
				""");
		this.log.jdbc()
			.execute("create trigger refuse before insert on audit.audit_log for each row execute function refuse()");
		this.calls.buffered();
		this.calls.namedBuffered();
		this.calls.oddBuffered();
		assertThat(outcomes(2)).containsExactlyInAnyOrder("buffered success", "odd success");
		assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class)).isOne();
	}

	@Test
	void theValuesOfARefusedRowAreInNoEntry() {
		start(Shop.class);
		this.log.jdbc().execute("alter table purchase_order add constraint tokens unique (access_token)");
		this.calls.insert("A-1", "tok-4711");
		assertThatException().isThrownBy(() -> this.calls.insert("A-2", "tok-4711"));
		assertThat(this.log.await(2).get(1)).containsEntry("outcome", "failure")
			.extractingByKey("error")
			.asString()
			.contains("tokens")
			.doesNotContain("tok-4711");
	}

}
