package io.auditspring.autoconfigure;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ActorResolver;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.AuditDataSource;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.GeoLocator;
import io.auditspring.TenantResolver;
import io.auditspring.capture.ActorSource;
import io.auditspring.capture.AuditorAwareActorSource;
import io.auditspring.capture.EntityIdentifiers;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Inheritance;
import io.auditspring.capture.JsonValues;
import io.auditspring.capture.Limits;
import io.auditspring.capture.Locations;
import io.auditspring.capture.Masking;
import io.auditspring.capture.Origins;
import io.auditspring.capture.Persons;
import io.auditspring.capture.RequestDetails;
import io.auditspring.capture.RequestSource;
import io.auditspring.capture.SecurityNames;
import io.auditspring.capture.SessionFactoryExtension;
import io.auditspring.capture.Texts;
import io.auditspring.delivery.AsyncBuffer;
import io.auditspring.delivery.AuditTransactions;
import io.auditspring.delivery.DeliveryStatistics;
import io.auditspring.delivery.DirectWriter;
import io.auditspring.delivery.Discards;
import io.auditspring.delivery.EntryDelivery;
import io.auditspring.delivery.LateDelivery;
import io.auditspring.delivery.Fates;
import io.auditspring.delivery.LedgerEnd;
import io.auditspring.delivery.Outbox;
import io.auditspring.delivery.OutboxDatabases;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.Relay;
import io.auditspring.delivery.Relays;
import io.auditspring.delivery.UnattributedChanges;
import io.auditspring.delivery.Spool;
import io.auditspring.delivery.SpoolOwner;
import io.auditspring.intercept.AccessRefusal;
import io.auditspring.intercept.AuditAdvisingPostProcessor;
import io.auditspring.intercept.AuditPointcut;
import io.auditspring.intercept.AuditedMethodReader;
import io.auditspring.intercept.AuditedMethods;
import io.auditspring.intercept.AuditedRepositories;
import io.auditspring.intercept.Auditing;
import io.auditspring.intercept.Customizers;
import io.auditspring.intercept.EventRecorder;
import io.auditspring.intercept.ExpressionContexts;
import io.auditspring.intercept.LatePublishers;
import io.auditspring.ledger.Evidence;
import io.auditspring.ledger.LedgerVerifier;
import io.auditspring.ledger.LedgerWriter;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.VerificationProgress;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.ChangeSummary;
import jakarta.persistence.EntityManagerFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.data.domain.AuditorAware;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.util.function.SingletonSupplier;

/**
 * Audits the calls of an application with a PostgreSQL database.
 */
@AutoConfiguration(after = { DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@ConditionalOnBean(DataSource.class)
@EnableConfigurationProperties(AuditProperties.class)
@ImportRuntimeHints(AuditRuntimeHints.class)
public final class AuditAutoConfiguration {

	// Properties are bound directly here and nothing else is injected: what a bean
	// post-processor needs is created too early to be processed by the others.
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditedMethods auditedMethods(Environment environment, ListableBeanFactory beanFactory) {
		AuditProperties properties = Binder.get(environment).bindOrCreate("audit", AuditProperties.class);
		boolean stateAvailable = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory,
				SessionFactoryExtension.class, false, false).length > 0;
		AuditPointcut pointcut = (properties.pointcut() != null) ? new AuditPointcut(properties.pointcut()) : null;
		AuditProperties.Capture capture = properties.capture();
		return new AuditedMethods(new AuditedMethodReader(properties.delivery(), stateAvailable,
				new Masking(properties.masking().keys()), capture.arguments(), capture.result()), pointcut);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditAdvisingPostProcessor auditBoundaryPostProcessor(AuditedMethods methods,
			ObjectProvider<Auditing> auditing) {
		return AuditAdvisingPostProcessor.outermost(methods, SingletonSupplier.of(auditing::getObject));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditAdvisingPostProcessor auditInterceptorPostProcessor(AuditedMethods methods,
			ObjectProvider<Auditing> auditing) {
		return AuditAdvisingPostProcessor.innermost(methods, SingletonSupplier.of(auditing::getObject));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditedRepositories auditedRepositories(AuditedMethods methods, ObjectProvider<Auditing> auditing) {
		return new AuditedRepositories(methods, SingletonSupplier.of(auditing::getObject));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditPersistenceUnitPostProcessor auditPersistenceUnitPostProcessor(ObjectProvider<AuditDatabase> database,
			ObjectProvider<SessionFactoryExtension> extension) {
		return new AuditPersistenceUnitPostProcessor(database::getObject, extension::getIfAvailable);
	}

	@Bean
	static LazyInitializationExcludeFilter auditLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(AuditedMethodsCheck.class, AuditorTypeCheck.class,
				Relay.class, Relays.class, AsyncBuffer.class);
	}

	@Bean
	static AuditedMethodsCheck auditedMethodsCheck(AuditedMethods methods,
			ConfigurableListableBeanFactory beanFactory) {
		return new AuditedMethodsCheck(methods, beanFactory);
	}

	@Bean
	@OncePerDatabase
	AuditDatabase auditDatabase(ObjectProvider<DataSource> dataSources,
			@AuditDataSource ObjectProvider<DataSource> auditDataSources, AuditProperties properties,
			ObjectProvider<DataSourcePoolMetadataProvider> pools) {
		DataSource audit = auditDataSources.getIfAvailable();
		DataSource business = dataSources.getIfUnique();
		if (business == null) {
			throw new AuditSetupException(
					"There are several data sources, and none is the one whose transactions are audited",
					"Mark the one that holds the business data as @Primary, or set audit.enabled=false.");
		}
		return new AuditDatabase(audit, business, new Schema(properties.schema()), properties.flyway().enabled(),
				new CompositeDataSourcePoolMetadataProvider(pools.orderedStream().toList()));
	}

	@Bean
	Masking auditMasking(AuditProperties properties) {
		return new Masking(properties.masking().keys());
	}

	@Bean
	JsonValues auditJsonValues(Masking masking, AuditProperties properties) {
		return new JsonValues(masking, new Limits((int) properties.capture().maxSize().toBytes()));
	}

	@Bean
	EntryFactory auditEntryFactory(AuditProperties properties, Environment environment, JsonValues values,
			Masking masking) {
		return new EntryFactory(service(properties, environment), properties.defaultCategory(), values, masking);
	}

	private static @Nullable String service(AuditProperties properties, Environment environment) {
		return (properties.serviceName() != null) ? properties.serviceName()
				: environment.getProperty("spring.application.name");
	}

	@Bean
	@OncePerDatabase
	LedgerWriter auditLedgerWriter(AuditDatabase database) {
		return new LedgerWriter(database.schema());
	}

	@Bean
	@OncePerDatabase
	Outbox auditOutbox(AuditDatabase database, AuditProperties properties) {
		return new Outbox(database.schema(), properties.chain(), database.outboxes());
	}

	@Bean
	@OncePerDatabase
	DeliveryStatistics auditDeliveryStatistics() {
		return new DeliveryStatistics();
	}

	@Bean
	@OncePerDatabase
	LedgerEnd auditLedgerEnd(AuditDatabase database, LedgerWriter ledger, Outbox outbox, AuditProperties properties) {
		return new LedgerEnd(database.outboxes().main().holdsLedger() ? null : database.dataSource(), ledger, outbox,
				properties.chain());
	}

	@Bean
	@OncePerDatabase
	Relay auditRelay(AuditDatabase database, Outbox outbox, LedgerEnd ledger, AuditProperties properties,
			DeliveryStatistics statistics) {
		OutboxDatabases outboxes = database.outboxes();
		return new Relay(outboxes.connections(outboxes.main()), outbox, ledger, properties.batch().size(),
				properties.relay().pollInterval(), statistics);
	}

	@Bean
	@OncePerDatabase
	Relays auditRelays(AuditDatabase database, Relay relay, Outbox outbox, LedgerWriter ledger,
			AuditProperties properties) {
		return new Relays(relay, database.outboxes(), (other) -> {
			Outbox from = new Outbox(database.schema(), properties.chain(), database.outboxes());
			outbox.backlog().include(from.backlog());
			return relay.from(Objects.requireNonNull(other.name()), database.outboxes().connections(other), from,
					new LedgerEnd(database.dataSource(), ledger, from, properties.chain()));
		}, properties.relay().pollInterval());
	}

	@Bean
	@OncePerDatabase
	Quarantine auditQuarantine(AuditDatabase database, LedgerWriter ledger, AuditProperties properties,
			DeliveryStatistics statistics) {
		return new Quarantine(database.dataSource(), database.schema(), properties.chain(), ledger, statistics);
	}

	@Bean
	@OncePerDatabase
	DirectWriter auditDirectWriter(AuditDatabase database, LedgerWriter ledger, Outbox outbox,
			AuditProperties properties, DeliveryStatistics statistics) {
		return new DirectWriter(database.dataSource(), ledger, outbox, properties.chain(), statistics);
	}

	@Bean
	@OncePerDatabase
	Fates auditFates(AuditDatabase database, Outbox outbox, LedgerWriter ledger) {
		return new Fates(database.outboxes(), database.dataSource(), outbox, ledger);
	}

	@Bean
	@OncePerDatabase
	Spool auditSpool(AuditDatabase database, LedgerWriter ledger, AuditProperties properties, Environment environment) {
		return new Spool(properties.spool().directory(), new SpoolOwner(service(properties, environment),
				properties.chain(), database.ledgerId(ledger, properties.chain())));
	}

	@Bean
	@OncePerDatabase
	AsyncBuffer auditAsyncBuffer(DirectWriter writer, Fates fates, EntryFactory factory, Spool spool,
			AuditProperties properties, DeliveryStatistics statistics) {
		AuditProperties.Async async = properties.async();
		return new AsyncBuffer(writer, fates, new Discards(factory), spool,
				new AsyncBuffer.Settings(async.capacity(), async.maxBytes().toBytes(), async.overflow(),
						async.blockTimeout(), properties.batch().size(), properties.batch().linger()),
				statistics);
	}

	@Bean
	@OncePerDatabase
	AuditTransactions auditTransactions(AuditDatabase database, Outbox outbox, Fates fates, Relays relays,
			AsyncBuffer buffer, EntryFactory factory, ObjectProvider<Origins> origins, AuditProperties properties,
			DeliveryStatistics statistics) {
		return new AuditTransactions(
				new EntryDelivery(database.businessDataSource(), database.outboxes(), outbox, fates, relays, buffer,
						properties.failurePolicy(), properties.sync().timeout(), statistics),
				factory, (properties.unattributedChanges() == UnattributedChanges.RECORD)
						? () -> origins.getObject().current() : null);
	}

	@Bean
	@ConditionalOnBean(GeoLocator.class)
	Locations auditLocations(GeoLocator locator, JsonValues values, AuditProperties properties) {
		return new Locations(locator, values, properties.request().geoTimeout());
	}

	// After those who signed in on the task's own thread, before those who guess.
	@Bean
	@Order(1)
	Inheritance auditInheritance() {
		return new Inheritance();
	}

	@Bean
	Origins auditOrigins(ObjectProvider<ActorResolver> resolvers, ObjectProvider<ActorSource> sources,
			ObjectProvider<TenantResolver> tenants, ObjectProvider<RequestSource> requests,
			ObjectProvider<Locations> locations, Inheritance inheritance) {
		return new Origins(() -> actorSources(resolvers, sources), () -> tenants.orderedStream().toList(),
				requests.getIfAvailable(() -> () -> RequestDetails.NONE), locations.getIfAvailable(), inheritance);
	}

	private static List<ActorSource> actorSources(ObjectProvider<ActorResolver> resolvers,
			ObjectProvider<ActorSource> sources) {
		Stream<ActorSource> own = resolvers.orderedStream().map((resolver) -> resolver::resolveActor);
		return Stream.concat(own, sources.orderedStream()).toList();
	}

	@Bean
	@ConditionalOnBean(AuditorAware.class)
	@Order(2)
	AuditorAwareActorSource auditorAwareActorSource(ObjectProvider<AuditorAware<?>> auditorAware, Persons persons) {
		return new AuditorAwareActorSource(auditorAware.getObject(), persons);
	}

	@Bean
	@ConditionalOnBean(AuditorAware.class)
	static AuditorTypeCheck auditAuditorTypeCheck(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<Persons> persons) {
		return new AuditorTypeCheck(beanFactory, persons::getObject);
	}

	@Bean
	EntityIdentifiers auditEntityIdentifiers(ObjectProvider<EntityManagerFactory> factories, Masking masking,
			JsonValues values) {
		return new EntityIdentifiers(() -> factories.stream().toList(), masking, values);
	}

	@Bean
	Texts auditTexts(EntityIdentifiers entities, JsonValues values) {
		return new Texts(entities, values);
	}

	@Bean
	Persons auditPersons(ObjectProvider<SecurityNames> names, EntityIdentifiers entities, AuditProperties properties) {
		return new Persons(names.getIfAvailable(), entities, properties.actor().idProperty(),
				properties.actor().nameProperty());
	}

	@Bean
	Customizers auditCustomizers(ListableBeanFactory beanFactory) {
		return new Customizers(() -> {
			Map<AuditRecordCustomizer, String> names = new IdentityHashMap<>();
			beanFactory.getBeansOfType(AuditRecordCustomizer.class).forEach((name, one) -> names.put(one, name));
			Map<String, AuditRecordCustomizer> ordered = new LinkedHashMap<>();
			beanFactory.getBeanProvider(AuditRecordCustomizer.class)
				.orderedStream()
				.forEach((one) -> ordered.put(names.getOrDefault(one, one.getClass().getName()), one));
			return ordered;
		});
	}

	@Bean
	Auditing auditing(Origins origins, AuditTransactions transactions, EntryFactory factory,
			ObjectProvider<AccessRefusal> refusal, Customizers customizers, BeanFactory beanFactory, LateDelivery late,
			ObjectProvider<LatePublishers> publishers, Masking masking, Texts texts, AuditProperties properties) {
		return new Auditing(origins, transactions, factory, refusal.getIfAvailable(() -> (failure) -> false),
				customizers, new ExpressionContexts(beanFactory, masking, texts), late, publishers.getIfAvailable(),
				texts, properties.skipped());
	}

	@Bean
	@OncePerDatabase
	LateDelivery auditLateDelivery(AuditTransactions transactions) {
		return new LateDelivery(transactions);
	}

	@Bean
	@ConditionalOnMissingBean
	AuditRecorder auditRecorder(Origins origins, AuditTransactions transactions, EntryFactory factory,
			Customizers customizers, AuditProperties properties) {
		return new EventRecorder(origins, transactions, factory, customizers, properties.delivery());
	}

	@Bean
	ChangeSummary auditChangeSummary(MessageSource messages) {
		return new ChangeSummary(messages);
	}

	@Bean
	LedgerVerifier auditLedgerVerifier(AuditDatabase database, ObjectProvider<Evidence> evidence) {
		return new LedgerVerifier(database.dataSource(), database.schema(),
				evidence.getIfAvailable(() -> Evidence.NONE), VerificationProgress.NONE);
	}

	@Bean
	@ConditionalOnBean(EntityManagerFactory.class)
	LedgerPersistence auditLedgerPersistence(AuditDatabase database, ObjectProvider<EntityManagerFactory> factories) {
		return new LedgerPersistence(database, factories);
	}

	@Bean
	@ConditionalOnBean(EntityManagerFactory.class)
	AuditTrail auditTrail(LedgerPersistence persistence, LedgerVerifier verifier) {
		return new AuditTrail(SharedEntityManagerCreator.createSharedEntityManager(persistence.factory()), verifier);
	}

}
