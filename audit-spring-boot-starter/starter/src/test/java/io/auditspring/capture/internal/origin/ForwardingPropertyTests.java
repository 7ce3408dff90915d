package io.auditspring.capture.internal.origin;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.auditspring.Mutations;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a client sends, it cannot choose its address: what the trusted proxy appended
 * is believed, or nothing.
 */
class ForwardingPropertyTests {

	private static final String PROXY = "10.0.0.1";

	private static final String CLIENT = "203.0.113.5";

	private static final String[] SENT = { "6.6.6.6", "for=6.6.6.6", "for=\"[2001:db8::6]:80\";proto=https;by=10.0.0.1",
			"for=6.6.6.6;x=\", for=10.0.0.1;host=\"a\";by=\"b", "unknown, 6.6.6.6", "_hidden", "10.0.0.1, 6.6.6.6:99" };

	private static String client(ForwardingHeader believed, Random random) {
		List<String> lines = new ArrayList<>();
		for (int i = random.nextInt(2); i > 0; i--) {
			lines.add(Mutations.mutate(SENT[random.nextInt(SENT.length)], random));
		}
		String appended = (believed == ForwardingHeader.FORWARDED) ? "for=" + CLIENT : CLIENT;
		lines.add(random.nextBoolean() ? Mutations.mutate(SENT[random.nextInt(SENT.length)], random) + ", " + appended
				: appended);
		return new TrustedProxies(List.of("10.0.0.0/8"), believed).client(PROXY,
				(header) -> header.equals(believed.header()) ? lines : List.of());
	}

	@Property(tries = 20_000)
	void ofForwarded(@ForAll long seed) {
		assertThat(client(ForwardingHeader.FORWARDED, new Random(seed))).isIn(CLIENT, PROXY);
	}

	@Property(tries = 20_000)
	void ofForwardedFor(@ForAll long seed) {
		assertThat(client(ForwardingHeader.X_FORWARDED_FOR, new Random(seed))).isIn(CLIENT, PROXY);
	}

}
