package io.auditspring.web;

import java.util.Arrays;

import javax.sql.DataSource;

import io.auditspring.shop.ShopConfiguration;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * Measures how long after navigation the page shows its first row, and the last of its
 * facets, in a real browser. Started by hand with the class path of the tests, the URL of
 * a ledger as {@link io.auditspring.ledger.internal.table.FilledServer} makes one, and
 * how many visits.
 */
final class PageFigures extends PageVisit {

	private static final int WARM_UP = 20;

	private static final String WATCH = """
			window.figures = {};
			new MutationObserver(() => {
				if (!window.figures.row && document.querySelector('.entry')) {
					requestAnimationFrame(() => window.figures.row ??= performance.now());
				}
				if (!window.figures.facets && document.querySelector('.facet')) {
					requestAnimationFrame(() => window.figures.facets ??= performance.now());
				}
			}).observe(document, { subtree: true, childList: true });
			""";

	private PageFigures() {
	}

	public static void main(String[] arguments) {
		int visits = Integer.parseInt(arguments[1]);
		System.setProperty("ledger", arguments[0]);
		try (ConfigurableApplicationContext application = WebFixture.application(Filled.class)
			.profiles("filled")
			.properties("logging.level.root=error")
			.run(); Browser visitor = Browser.open()) {
			enter(application, visitor);
			signIn("carol");
			visitor.before(WATCH);
			for (String state : new String[] { "as of somebody who comes again",
					"as of somebody who was never here" }) {
				double[] rows = new double[visits];
				double[] facets = new double[visits];
				for (int i = -WARM_UP; i < visits; i++) {
					if (state.endsWith("never here")) {
						visitor.emptyCache();
					}
					open("");
					visitor.find(".facet");
					if (i >= 0) {
						rows[i] = moment(visitor, "row");
						facets[i] = moment(visitor, "facets");
					}
				}
				System.out.printf("%s: first row %s ms, facets %s ms after navigation%n", state, median(rows),
						median(facets));
			}
		}
	}

	private static double moment(Browser visitor, String name) {
		return ((Number) visitor.run("return window.figures." + name)).doubleValue();
	}

	private static String median(double[] moments) {
		Arrays.sort(moments);
		return "%.0f (%.0f–%.0f)".formatted(moments[moments.length / 2], moments[moments.length / 4],
				moments[3 * moments.length / 4]);
	}

	/**
	 * The ledger that is looked at.
	 */
	@Configuration(proxyBeanMethods = false)
	@Profile("filled")
	static class Filled {

		@Bean
		DataSource dataSource() {
			PGSimpleDataSource dataSource = new PGSimpleDataSource();
			dataSource.setUrl(System.getProperty("ledger"));
			return ShopConfiguration.pool(dataSource);
		}

	}

}
