package io.auditspring.web;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

import javax.sql.DataSource;

import io.auditspring.ledger.internal.entry.SixWeeks;
import io.auditspring.ledger.internal.table.FilledServer;
import io.auditspring.shop.ShopConfiguration;
import io.auditspring.signing.Checkpoints;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * The pictures of the page that the documents show, taken of 42 days of a shop. They are
 * in {@code target/scenes}, to be copied to {@code docs}.
 */
@Tag("scenes")
class DocumentPictureTests extends PageVisit {

	private static ConfigurableApplicationContext shop;

	@BeforeAll
	static void start() throws Exception {
		shop = WebFixture.application(OrdinaryWeeks.class)
			.profiles("filled", "ordinary")
			.properties("audit.checkpoint.origin=example.com/shop", "audit.checkpoint.generate-key=true",
					"audit.checkpoint.private-key-location=file:"
							+ Files.createTempDirectory(Path.of("target"), "pictures").resolve("key.pem"))
			.run();
		shop.getBean(Checkpoints.class).create("main");
		enter(shop, browser);
		leave();
		signIn("carol");
	}

	@AfterAll
	static void stop() {
		browser.wholeWindow();
		leave();
		shop.close();
	}

	@Test
	void theTrailIsVerifiedAndAnEntryTellsWhatChanged() {
		withoutNews();
		browser.view(1440, 900);
		open("");
		browser.find(".ledger summary").click();
		browser.button("Verify the whole ledger").click();
		browser.texts(".ledger summary", (chips) -> chips.get(0).contains("Verified"));
		open("");
		browser.texts(".ledger summary", (chips) -> chips.get(0).contains("Verified"));
		browser.find(".facet");
		browser.photograph(Path.of("target/scenes/documents-list.png"));
		open("?action=transaction.approve");
		browser.find(".entry").click();
		browser.find("[role=tabpanel] .person");
		browser.texts(".ledger summary", (chips) -> chips.get(0).contains("Verified"));
		browser.photograph(Path.of("target/scenes/documents-entry.png"));
	}

	/**
	 * A database that was in use for 42 days.
	 */
	@Configuration(proxyBeanMethods = false)
	@Profile("ordinary")
	static class OrdinaryWeeks {

		@Bean
		DataSource dataSource() throws Exception {
			return ShopConfiguration.pool(FilledServer.of(SixWeeks.ordinaryUntil(Instant.now())).dataSource());
		}

	}

}
