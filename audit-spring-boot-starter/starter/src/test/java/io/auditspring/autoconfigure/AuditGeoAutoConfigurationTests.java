package io.auditspring.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.maxmind.db.Reader;
import io.auditspring.GeoLocator;
import io.auditspring.capture.internal.entry.MaxMindFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When clients are located, and what stands in the way.
 */
class AuditGeoAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditGeoAutoConfiguration.class));

	@TempDir
	private Path directory;

	private Path database(Map<String, ?> record) throws IOException {
		return MaxMindFile.write(this.directory.resolve("city.mmdb"), record);
	}

	private ApplicationContextRunner with(Path database) {
		return this.runner.withPropertyValues("audit.geolocation.database=" + database);
	}

	private static InetAddress address(String literal) throws UnknownHostException {
		return InetAddress.getByName(literal);
	}

	@Test
	void withoutADatabaseNothingIsLocated() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(GeoLocator.class));
		this.runner.withClassLoader(new FilteredClassLoader(Reader.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GeoLocator.class));
	}

	@Test
	void aDatabaseLocatesWhatItKnows() throws IOException {
		Path database = database(Map.of("city", Map.of("names", Map.of("en", "Oslo", "de", "Oslo (de)")), "country",
				Map.of("iso_code", "NO", "geoname_id", 3144096), "subdivisions", List.of(Map.of("iso_code", "03")),
				"location", Map.of("latitude", 59.9127, "longitude", 10.7461, "time_zone", "Europe/Oslo")));
		with(database).run((context) -> {
			GeoLocator locator = context.getBean(GeoLocator.class);
			assertThat(locator.locate(address("203.0.113.9"))).isEqualTo(
					Map.of("country", "NO", "region", "03", "city", "Oslo", "latitude", 59.9127, "longitude", 10.7461));
			assertThat(locator.locate(address("10.0.0.1"))).isNull();
		});
	}

	@Test
	void aCountryDatabaseGivesTheCountryOnly() throws IOException {
		Path database = database(Map.of("country", Map.of("iso_code", "NO"), "subdivisions", List.of()));
		with(database).run((context) -> assertThat(context.getBean(GeoLocator.class).locate(address("203.0.113.9")))
			.isEqualTo(Map.of("country", "NO")));
	}

	@Test
	void aMissingFileStopsTheStart() {
		assertThatStartFails(with(this.directory.resolve("none.mmdb")), "audit.geolocation.database", "none.mmdb");
	}

	@Test
	void aDirectoryStopsTheStart() {
		assertThatStartFails(with(this.directory), "audit.geolocation.database", this.directory.toString());
	}

	@Test
	void aBrokenFileStopsTheStart() throws IOException {
		Path broken = Files.writeString(this.directory.resolve("broken.mmdb"), "This is not a database");
		assertThatStartFails(with(broken), "audit.geolocation.database", "broken.mmdb", "MaxMind's format");
		Path garbled = Files.writeString(this.directory.resolve("garbled.mmdb"), "\u00ab\u00cd\u00efMaxMind.com%%%%%",
				StandardCharsets.ISO_8859_1);
		assertThatStartFails(with(garbled), "audit.geolocation.database", "garbled.mmdb", "MaxMind's format");
		Path empty = Files.createFile(this.directory.resolve("empty.mmdb"));
		assertThatStartFails(with(empty), "audit.geolocation.database", "empty.mmdb", "MaxMind's format");
	}

	@Test
	void aBrokenFileStopsALazyStartToo() {
		assertThatStartFails(with(this.directory.resolve("none.mmdb")).withInitializer(
				(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor())),
				"audit.geolocation.database", "none.mmdb");
	}

	@Test
	void aDatabaseThatNobodyCanReadStopsTheStart() throws IOException {
		assertThatStartFails(
				with(database(Map.of("city", Map.of()))).withClassLoader(new FilteredClassLoader(Reader.class)),
				"audit.geolocation.database", "city.mmdb", "com.maxmind.geoip2:geoip2");
	}

	@Test
	void theApplicationsOwnLocatorTakesItsPlace() {
		GeoLocator own = (address) -> Map.of("city", "Bergen");
		with(this.directory.resolve("none.mmdb")).withBean(GeoLocator.class, () -> own)
			.run((context) -> assertThat(context.getBean(GeoLocator.class)).isSameAs(own));
	}

	private static void assertThatStartFails(ApplicationContextRunner runner, String... words) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new AuditSetupFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription() + analysis.getAction()).contains(words);
		});
	}

}
