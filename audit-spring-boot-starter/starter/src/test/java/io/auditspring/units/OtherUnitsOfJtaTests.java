package io.auditspring.units;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

import javax.sql.DataSource;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.jta.JtaTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two persistence units in one transaction of JTA: the entry is staged before either
 * session is told of the commit.
 */
class OtherUnitsOfJtaTests {

	@Test
	void whatChangesInTheOtherUnitIsCounted() throws Exception {
		BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier("shop");
		for (String store : new String[] { null, "communicationStore", "stateStore" }) {
			BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
				.setObjectStoreType(VolatileStore.class.getName());
		}
		PGSimpleDataSource shop = (PGSimpleDataSource) TestDatabase.newDatabase();
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "spring.application.name=shop", "test.url=" + shop.getUrl())
			.run()) {
			context.getBean(Desk.class).place(1);
			assertThat(new AuditLog(shop).await(1)).singleElement()
				.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "success")
					.containsEntry("target_type", "PurchaseOrder")
					.containsEntry("metadata", "{\"withoutState\": {\"Pallet\": 1}}"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Application extends ShopConfiguration {

		@Bean
		JtaTransactionManager transactionManager() {
			return new JtaTransactionManager(com.arjuna.ats.jta.UserTransaction.userTransaction(),
					com.arjuna.ats.jta.TransactionManager.transactionManager());
		}

		@Bean
		AgroalDataSource pool(JtaTransactionManager manager, @Value("${test.url}") String url) throws SQLException {
			return AgroalDataSource
				.from(new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration((pool) -> pool.maxSize(8)
					.acquisitionTimeout(Duration.ofSeconds(60))
					.transactionIntegration(new NarayanaTransactionIntegration(manager.getTransactionManager(),
							new TransactionSynchronizationRegistryImple()))
					.connectionFactoryConfiguration(
							(factory) -> factory.jdbcUrl(url).principal(new NamePrincipal("postgres")))));
		}

		// Nobody can tell that it is the same. Two that differ would need two phases.
		@Bean(defaultCandidate = false)
		@Qualifier("yard")
		DataSource yard(AgroalDataSource pool) {
			return new AbstractDataSource() {

				@Override
				public Connection getConnection() throws SQLException {
					return pool.getConnection();
				}

				@Override
				public Connection getConnection(String username, String password) throws SQLException {
					return getConnection();
				}

			};
		}

		@Bean(defaultCandidate = false)
		@Qualifier("yard")
		LocalContainerEntityManagerFactoryBean yardUnit(EntityManagerFactoryBuilder builder,
				@Qualifier("yard") DataSource database) {
			return builder.dataSource(database)
				.managedTypes(PersistenceManagedTypes.of(Pallet.class.getName()))
				.persistenceUnit("yard")
				.properties(Map.of("hibernate.hbm2ddl.auto", "create"))
				.jta(true)
				.build();
		}

		@Bean
		Desk desk(EntityManager shop, @Qualifier("yard") EntityManagerFactory yard) {
			return new Desk(shop, SharedEntityManagerCreator.createSharedEntityManager(yard));
		}

	}

	static class Desk {

		private final EntityManager shop;

		private final EntityManager yard;

		Desk(EntityManager shop, EntityManager yard) {
			this.shop = shop;
			this.yard = yard;
		}

		@Audited("desk.place")
		@Transactional
		public void place(long id) {
			this.shop.persist(new PurchaseOrder("A-1", null));
			this.yard.persist(new Pallet(id));
		}

	}

	@Entity(name = "Pallet")
	static class Pallet {

		@Id
		private long id;

		Pallet() {
		}

		Pallet(long id) {
			this.id = id;
		}

	}

}
