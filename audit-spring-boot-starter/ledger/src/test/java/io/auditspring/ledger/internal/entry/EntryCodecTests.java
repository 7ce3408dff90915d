package io.auditspring.ledger.internal.entry;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EntryCodecTests {

	private static final Entry ENTRY = new RandomValues(new Random(1)).entry();

	@Test
	void membersOfNewerVersionsAreSkipped() {
		List<Entry> entries = List.of(ENTRY);
		String newer = "[{\"later\":{\"id\":[1]}," + EntryCodec.write(entries).substring(2);
		assertThat(EntryCodec.read(newer)).isEqualTo(entries);
	}

	@Test
	void longTextsComeBack() {
		List<Entry> entries = List.of(ENTRY.with(ENTRY.data().withMessage("\u00e9\"".repeat(1_000_000))));
		assertThat(EntryCodec.read(EntryCodec.write(entries))).isEqualTo(entries);
	}

	@Test
	void whatIsMissingIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> EntryCodec.read("[{}]"))
			.withMessage("A staged entry has no 'id'");
	}

	@Test
	void whatIsNoJsonIsRefused() {
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> EntryCodec.read("[{"));
	}

	@Test
	void noEntriesAreAnEmptyArray() {
		assertThat(EntryCodec.write(List.of())).isEqualTo("[]");
		assertThat(EntryCodec.read("[]")).isEmpty();
	}

}
