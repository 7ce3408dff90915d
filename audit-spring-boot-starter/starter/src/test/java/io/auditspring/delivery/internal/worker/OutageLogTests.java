package io.auditspring.delivery.internal.worker;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What fails again and again is told, and fills no log.
 */
@ExtendWith(OutputCaptureExtension.class)
class OutageLogTests {

	private static final String BEGINS = "is kept and tried again";

	private static final String GOES_ON = "the last time because of";

	private static final String ENDS = "It works again";

	private final MovedClock clock = new MovedClock();

	private final Outage outage = new Outage(LoggerFactory.getLogger(OutageLogTests.class), "Nothing works",
			this.clock);

	private final SQLException away = new SQLException("away", "08001");

	@BeforeEach
	void logTheEnd() {
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel(OutageLogTests.class.getName(), LogLevel.INFO);
	}

	private static List<String> told(CapturedOutput output) {
		return output.getAll()
			.lines()
			.flatMap((line) -> Stream.of(BEGINS, GOES_ON, ENDS).filter(line::contains))
			.toList();
	}

	@Test
	void oneIsToldWhenItBeginsOnceAMinuteAndWhenItIsOver(CapturedOutput output) {
		for (int i = 0; i < 150; i++) {
			this.outage.failed(this.away);
			this.clock.move(1);
		}
		assertThat(told(output)).containsExactly(BEGINS, GOES_ON, GOES_ON);
		assertThat(output).contains("121 times since", "at io.auditspring");
		this.clock.move(60);
		this.outage.over();
		this.outage.over();
		assertThat(told(output)).containsExactly(BEGINS, GOES_ON, GOES_ON, ENDS);
		assertThat(output).contains("Before: Nothing works; 150 times from");
	}

	@Test
	void whatFailsEverySecondTimeIsNotOver(CapturedOutput output) {
		for (int i = 0; i < 100; i++) {
			this.outage.failed(this.away);
			this.outage.over();
		}
		assertThat(told(output)).containsExactly(BEGINS);
		assertThat(this.outage.isOn()).isTrue();
		for (int i = 0; i < 100; i++) {
			this.clock.move(20);
			this.outage.failed(this.away);
			this.clock.move(20);
			this.outage.over();
		}
		assertThat(told(output)).doesNotContain(ENDS).hasSizeLessThan(70);
	}

	@Test
	void eachCauseAndPlaceIsToldByItself(CapturedOutput output) {
		SQLException refused = new SQLException("refused", "23514");
		for (int i = 0; i < 10; i++) {
			this.outage.failed("north", this.away);
			this.outage.failed("north", refused);
			this.outage.failed("south", this.away);
		}
		assertThat(told(output)).containsExactly(BEGINS, BEGINS, BEGINS);
		this.clock.move(61);
		this.outage.failed("north", refused);
		this.outage.over("north");
		this.outage.over("elsewhere");
		assertThat(told(output)).containsExactly(BEGINS, BEGINS, BEGINS, GOES_ON, ENDS);
		assertThat(this.outage.isOn()).isTrue();
	}

	@Test
	void noMatterHowManyCausesThereAreTheyAreBounded(CapturedOutput output) {
		for (int i = 0; i < 10_000; i++) {
			this.outage.failed("north", new SQLException("away", "X" + i));
		}
		assertThat(told(output)).hasSizeLessThan(60);
	}

	private static final class MovedClock extends Clock {

		private Instant now = Instant.now();

		private void move(int seconds) {
			this.now = this.now.plus(Duration.ofSeconds(seconds));
		}

		@Override
		public Instant instant() {
			return this.now;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	}

}
