package io.auditspring.web;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.capture.internal.value.Masking;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * What is noted of who reads the trail.
 */
class ReadAuditingTests {

	private final AuditRecorder recorder = mock(AuditRecorder.class);

	private final ReadAuditing readings = new ReadAuditing(this.recorder, new TargetNames() {

		@Override
		public String kind(String type) {
			return type;
		}

		@Override
		public Set<String> kinds(String type) {
			return Set.of(type);
		}

		@Override
		public String id(String type, Object id) {
			return type.equals("Voucher") ? "hmac:1" : id.toString();
		}

	}, new Masking(List.of("token")));

	private Object parameters(Map<String, String> parameters) {
		Map<String, List<String>> given = new TreeMap<>();
		parameters.forEach((name, value) -> given.put(name, List.of(value)));
		this.readings.note("entries", given);
		ArgumentCaptor<AuditRecord> record = ArgumentCaptor.forClass(AuditRecord.class);
		verify(this.recorder).record(record.capture());
		return record.getValue().metadata().get("parameters");
	}

	@Test
	void aSecretThatIsLookedForIsNotTold() {
		assertThat(parameters(Map.of("targetType", "Voucher", "targetId", "4711", "related", "Voucher:47:12")))
			.isEqualTo(Map.of("targetType", "Voucher", "targetId", "hmac:1", "related", "Voucher:hmac:1"));
	}

	@Test
	void norIsOneOfAThingOfWhicheverKind() {
		assertThat(parameters(Map.of("target", "Voucher:4711", "-target", "Voucher:47:12", "-related", "Voucher:1")))
			.isEqualTo(Map.of("target", "Voucher:hmac:1", "-target", "Voucher:hmac:1", "-related", "Voucher:hmac:1"));
	}

	@Test
	void whatIsNoSecretIs() {
		Map<String, String> asked = Map.of("targetType", "Order", "targetId", "4711", "related", "Order:a:b", "q", "x",
				"target", "Order:4711", "-target", "Ord*:47");
		assertThat(parameters(asked)).isEqualTo(asked);
	}

}
