package io.auditspring.query;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ledger.LedgerVerifier;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;

/**
 * The trail of an application that records nothing. There is no database to ask.
 */
final class EmptyTrail extends AuditTrail {

	EmptyTrail(LedgerVerifier verifier) {
		super(nowhere(), verifier);
	}

	private static EntityManager nowhere() {
		return (EntityManager) Proxy.newProxyInstance(EmptyTrail.class.getClassLoader(),
				new Class<?>[] { EntityManager.class }, (proxy, method, arguments) -> {
					throw new IllegalStateException("There is no audit trail to read");
				});
	}

	@Override
	public Window<AuditEntry> find(AuditQuery query) {
		return Window.from(List.of(), (index) -> ScrollPosition.keyset());
	}

	@Override
	public Optional<AuditEntry> entry(UUID id) {
		return Optional.empty();
	}

	@Override
	public Stream<AuditEntry> stream(AuditQuery query) {
		return Stream.empty();
	}

	@Override
	public long count(AuditQuery query) {
		return 0;
	}

	@Override
	public Window<AuditOperation> operations(AuditQuery query) {
		return Window.from(List.of(), (index) -> ScrollPosition.keyset());
	}

	@Override
	public List<String> suggest(Attribute attribute, String prefix, int limit, AuditQuery within) {
		return List.of();
	}

	@Override
	public Activity activity(AuditQuery query, Instant from, Instant to, Duration interval) {
		return new Activity(from, to, interval, 0, List.of(), Map.of(), Map.of());
	}

	@Override
	public Optional<Map<String, @Nullable Object>> stateAt(AuditQuery trail, Instant at) {
		return Optional.empty();
	}

}
