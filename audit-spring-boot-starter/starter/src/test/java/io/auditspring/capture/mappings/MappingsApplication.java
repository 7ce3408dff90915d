package io.auditspring.capture.mappings;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.awaitility.Awaitility;
import org.hibernate.cache.cfg.spi.DomainDataRegionBuildingContext;
import org.hibernate.cache.cfg.spi.DomainDataRegionConfig;
import org.hibernate.cache.spi.support.DomainDataStorageAccess;
import org.hibernate.cache.spi.support.RegionFactoryTemplate;
import org.hibernate.cache.spi.support.StorageAccess;
import org.hibernate.cfg.CacheSettings;
import org.hibernate.cfg.MultiTenancySettings;
import org.hibernate.cfg.StatisticsSettings;
import org.hibernate.boot.spi.SessionFactoryOptions;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.Transactional;

/**
 * An application with the entities of this package, several tenants and a second-level
 * cache.
 */
final class MappingsApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context = new SpringApplicationBuilder(Host.class)
		.web(WebApplicationType.NONE)
		.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
				"audit.relay.poll-interval=20ms")
		.run();

	private final AuditLog log = new AuditLog(this.context.getBean(DataSource.class));

	void prepare(Consumer<EntityManager> work) {
		this.context.getBean(Desk.class).unaudited(work);
	}

	void callOnly(Consumer<EntityManager> work) {
		this.context.getBean(Desk.class).audited(work);
	}

	List<Map<String, Object>> call(Consumer<EntityManager> work) {
		int earlier = (int) this.log.count();
		callOnly(work);
		return entriesAfter(earlier);
	}

	List<Map<String, Object>> entriesAfter(int earlier) {
		Awaitility.await().until(() -> this.log.staged() == 0);
		return this.log.entriesAfter(earlier);
	}

	void as(String tenant) {
		this.context.getBean(Tenants.class).current = tenant;
	}

	EntityManagerFactory factory() {
		return this.context.getBean(EntityManagerFactory.class);
	}

	AuditLog log() {
		return this.log;
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Desk desk(EntityManager entityManager) {
			return new Desk(entityManager);
		}

		@Bean
		Tenants tenants() {
			return new Tenants();
		}

		@Bean
		HibernatePropertiesCustomizer settings(Tenants tenants) {
			return (properties) -> {
				properties.put(MultiTenancySettings.MULTI_TENANT_IDENTIFIER_RESOLVER, tenants);
				properties.put(CacheSettings.CACHE_REGION_FACTORY, new HeapCache());
				properties.put(StatisticsSettings.GENERATE_STATISTICS, true);
			};
		}

	}

	/**
	 * Does with entities what it is told.
	 */
	static class Desk {

		private final EntityManager entityManager;

		Desk(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@io.auditspring.Audited("desk.audited")
		@Transactional
		public void audited(Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

		@Transactional
		public void unaudited(Consumer<EntityManager> work) {
			work.accept(this.entityManager);
		}

	}

	/**
	 * Knows whose turn it is.
	 */
	private static final class Tenants implements CurrentTenantIdentifierResolver<String> {

		private volatile String current = "north";

		@Override
		public String resolveCurrentTenantIdentifier() {
			return this.current;
		}

		@Override
		public boolean validateExistingCurrentSessions() {
			return false;
		}

	}

	/**
	 * A second-level cache in memory.
	 */
	private static final class HeapCache extends RegionFactoryTemplate {

		@Override
		protected DomainDataStorageAccess createDomainDataStorageAccess(DomainDataRegionConfig config,
				DomainDataRegionBuildingContext context) {
			return new HeapStorage();
		}

		@Override
		protected StorageAccess createQueryResultsRegionStorageAccess(String region,
				SessionFactoryImplementor factory) {
			return new HeapStorage();
		}

		@Override
		protected StorageAccess createTimestampsRegionStorageAccess(String region, SessionFactoryImplementor factory) {
			return new HeapStorage();
		}

		@Override
		protected void prepareForUse(SessionFactoryOptions options, Map<String, Object> settings) {
			// It is.
		}

		@Override
		protected void releaseFromUse() {
			// Nothing is held.
		}

	}

	private static final class HeapStorage implements DomainDataStorageAccess {

		private final Map<Object, Object> values = new ConcurrentHashMap<>();

		@Override
		public @Nullable Object getFromCache(Object key, SharedSessionContractImplementor session) {
			return this.values.get(key);
		}

		@Override
		public void putIntoCache(Object key, Object value, SharedSessionContractImplementor session) {
			this.values.put(key, value);
		}

		@Override
		public boolean contains(Object key) {
			return this.values.containsKey(key);
		}

		@Override
		public void evictData() {
			this.values.clear();
		}

		@Override
		public void evictData(Object key) {
			this.values.remove(key);
		}

		@Override
		public void release() {
			this.values.clear();
		}

	}

}
