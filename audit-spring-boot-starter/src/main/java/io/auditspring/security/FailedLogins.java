package io.auditspring.security;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.capture.Origin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Records failed logins: {@code login} with the outcome {@code failure}, and when there
 * are too many from one address, {@code login.flood}, once a minute, with their number.
 * Whoever tries passwords by the million must fill neither the ledger nor the memory. The
 * entries and the numbers add up to all failed logins; those whose entry could not be
 * written are among the numbers.
 */
public final class FailedLogins implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(FailedLogins.class);

	/** The most addresses that are told apart within a minute. */
	static final int MAX_ADDRESSES = 1000;

	/** Stops after everything that may serve a login, and before the relay. */
	private static final int PHASE = Integer.MIN_VALUE + 2000;

	private final SecurityRecorder recorder;

	private final int limit;

	private final Object lock = new Object();

	private Map<String, Attempts> addresses = new HashMap<>();

	/** From all further addresses, and from nowhere. */
	private Attempts others = new Attempts();

	private @Nullable ScheduledExecutorService timer;

	/**
	 * Creates the recorder of failed logins.
	 * @param recorder writes the entries
	 * @param limit how many a minute and address get an entry each
	 */
	public FailedLogins(SecurityRecorder recorder, int limit) {
		this.recorder = recorder;
		this.limit = limit;
	}

	/**
	 * Adds a failed login.
	 * @param credentials what was tried
	 * @param failure why it failed
	 */
	void add(Authentication credentials, AuthenticationException failure) {
		Origin origin = this.recorder.origins().current();
		String address = origin.request().ip();
		Actor actor = Credentials.tried(credentials);
		if (!admits(address) || !this.recorder.record(entry(actor, credentials, failure), () -> origin)) {
			count(address, actor.id());
		}
	}

	private boolean admits(@Nullable String address) {
		synchronized (this.lock) {
			return from(address).admit(this.limit);
		}
	}

	private void count(@Nullable String address, String name) {
		synchronized (this.lock) {
			from(address).count(name);
		}
	}

	private Attempts from(@Nullable String address) {
		if (address == null || (this.addresses.size() >= MAX_ADDRESSES && !this.addresses.containsKey(address))) {
			return this.others;
		}
		return this.addresses.computeIfAbsent(address, (key) -> new Attempts());
	}

	private void tryToEndMinute() {
		try {
			endMinute();
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread nothing would be counted any more.
			logger.error("Failed logins of the last minute could not be recorded", ex);
		}
	}

	/**
	 * Ends the minute: writes what was counted in it.
	 */
	void endMinute() {
		Map<String, Attempts> ended;
		Attempts others;
		synchronized (this.lock) {
			ended = this.addresses;
			others = this.others;
			this.addresses = new HashMap<>();
			this.others = new Attempts();
		}
		ended.forEach(this::write);
		write(null, others);
	}

	private void write(@Nullable String address, Attempts attempts) {
		if (attempts.counted() == 0) {
			return;
		}
		Actor nobody = Actor.user(Credentials.UNKNOWN);
		if (!this.recorder.record(flood(attempts), () -> this.recorder.origins().past(nobody, address, null))) {
			synchronized (this.lock) {
				from(address).addAll(attempts);
			}
		}
	}

	private static AuditRecord entry(Actor actor, Authentication credentials, AuthenticationException failure) {
		return failed("login").severity(Severity.WARNING)
			.actor(actor)
			.error(failure.getClass().getSimpleName() + ": " + failure.getMessage())
			.metadata("method", Credentials.kind(credentials))
			.build();
	}

	private static AuditRecord flood(Attempts attempts) {
		return failed("login.flood").severity(Severity.ERROR)
			.error("%d failed logins that have no entry of their own".formatted(attempts.counted()))
			.metadata("attempts", attempts.counted())
			.metadata("names", attempts.names())
			.metadata("attemptsWithOtherNames", attempts.unnamed())
			.build();
	}

	private static AuditRecord.Builder failed(String action) {
		return AuditRecord.action(action).category(SecurityRecorder.AUTHENTICATION).outcome(Outcome.FAILURE);
	}

	@Override
	public synchronized void start() {
		if (this.timer == null) {
			this.timer = Executors.newSingleThreadScheduledExecutor(FailedLogins::thread);
			this.timer.scheduleWithFixedDelay(this::tryToEndMinute, 1, 1, TimeUnit.MINUTES);
		}
	}

	@Override
	public synchronized void stop() {
		if (this.timer != null) {
			this.timer.shutdown();
			this.timer = null;
			endMinute();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.timer != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "audit-failed-logins");
		thread.setDaemon(true);
		return thread;
	}

}
