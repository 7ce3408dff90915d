package io.auditspring.autoconfigure;

import java.security.SecureRandom;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ActorAttributes;
import io.auditspring.ActorResolver;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.AuditDataSource;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.Delivery;
import io.auditspring.GeoLocator;
import io.auditspring.TenantResolver;
import io.auditspring.capture.ActorDetails;
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
import io.auditspring.capture.Sentences;
import io.auditspring.capture.SessionFactoryExtension;
import io.auditspring.capture.Severities;
import io.auditspring.capture.Texts;
import io.auditspring.delivery.AsyncBuffer;
import io.auditspring.delivery.AuditTransactions;
import io.auditspring.delivery.DeliveryStatistics;
import io.auditspring.delivery.DirectWriter;
import io.auditspring.delivery.Discards;
import io.auditspring.delivery.EntryDelivery;
import io.auditspring.delivery.LateDelivery;
import io.auditspring.delivery.Fates;
import io.auditspring.delivery.Handover;
import io.auditspring.delivery.LedgerEnd;
import io.auditspring.delivery.ManagedTransactions;
import io.auditspring.delivery.Outbox;
import io.auditspring.delivery.OutboxDatabases;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.Receipts;
import io.auditspring.delivery.Relay;
import io.auditspring.delivery.Relays;
import io.auditspring.delivery.UnattributedChanges;
import io.auditspring.delivery.Spool;
import io.auditspring.delivery.SpoolOwner;
import io.auditspring.intercept.AccessRefusal;
import io.auditspring.intercept.AuditAdvisingPostProcessor;
import io.auditspring.intercept.ActionCatalogue;
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
import io.auditspring.query.JpaAuditTrail;
import jakarta.persistence.EntityManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.data.domain.AuditorAware;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.util.StringUtils;
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

	private static final Logger logger = LoggerFactory.getLogger(AuditAutoConfiguration.class);

	// Properties are bound directly here and nothing else is injected: what a bean
	// post-processor needs is created too early to be processed by the others. Only what
	// is needed: to bind all of them takes as long again as the bean takes.
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditedMethods auditedMethods(Environment environment, ListableBeanFactory beanFactory) {
		Binder binder = Binder.get(environment);
		Delivery delivery = binder.bind("audit.delivery", Delivery.class)
			.orElseGet(() -> Delivery.valueOf(AuditProperties.DEFAULT_DELIVERY.toUpperCase(Locale.ROOT)));
		AuditProperties.Masking masking = binder.bindOrCreate("audit.masking", AuditProperties.Masking.class);
		AuditProperties.Capture capture = binder.bindOrCreate("audit.capture", AuditProperties.Capture.class);
		boolean stateAvailable = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory,
				SessionFactoryExtension.class, false, false).length > 0;
		AuditPointcut pointcut = binder.bind("audit.pointcut", String.class).map(AuditPointcut::new).orElse(null);
		return new AuditedMethods(new AuditedMethodReader(delivery, stateAvailable, new Masking(masking.keys()),
				capture.arguments(), capture.result()), pointcut);
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
	static ManagedTransactions auditManagedTransactions() {
		return new ManagedTransactions();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditPersistenceUnitPostProcessor auditPersistenceUnitPostProcessor(ObjectProvider<AuditDatabase> database,
			ObjectProvider<SessionFactoryExtension> extension, ObjectProvider<Handover> handover) {
		return new AuditPersistenceUnitPostProcessor(database::getIfAvailable, () -> handover.getObject().dataSource(),
				extension::getIfAvailable);
	}

	@Bean
	static LazyInitializationExcludeFilter auditLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(AuditedMethodsCheck.class, VocabularyCheck.class,
				AuditorTypeCheck.class, Relay.class, Relays.class, AsyncBuffer.class, Receipts.class);
	}

	@Bean
	static AuditedMethodsCheck auditedMethodsCheck(AuditedMethods methods,
			ConfigurableListableBeanFactory beanFactory) {
		return new AuditedMethodsCheck(methods, beanFactory);
	}

	@Bean
	ActionCatalogue auditActionCatalogue(AuditedMethods methods, ConfigurableListableBeanFactory beanFactory,
			AuditProperties properties) {
		return new ActionCatalogue(methods,
				SingletonSupplier.of(() -> VocabularyCheck.read(beanFactory, properties.vocabulary())),
				properties.defaultCategory());
	}

	// After the check that reads the annotations of all beans.
	@Bean
	static VocabularyCheck auditVocabularyCheck(ObjectProvider<ActionCatalogue> catalogue) {
		return new VocabularyCheck(catalogue.getObject());
	}

	// Unless somebody else takes the entries, as the module for tests does.
	@Bean
	@OncePerDatabase
	@ConditionalOnMissingBean(value = Handover.class, search = SearchStrategy.CURRENT)
	AuditDatabase auditDatabase(ConfigurableListableBeanFactory beanFactory, ObjectProvider<DataSource> dataSources,
			@AuditDataSource ObjectProvider<DataSource> auditDataSources, AuditProperties properties,
			ObjectProvider<DataSourcePoolMetadataProvider> pools) {
		DataSource business = dataSources.getIfUnique();
		if (business == null) {
			throw new AuditSetupException(
					"There are several data sources (%s), and none is the one whose transactions are audited"
						.formatted(names(beanFactory)),
					"Mark the one that holds the business data as @Primary, or set audit.enabled=false.");
		}
		DataSource audit = Sole.of(auditDataSources, "data sources with @AuditDataSource",
				"Leave the annotation on the one that holds the ledger.");
		return new AuditDatabase(audit, business, new Schema(properties.schema()), properties.flyway().enabled(),
				properties.masking().key(), new CompositeDataSourcePoolMetadataProvider(pools.orderedStream().toList()),
				properties.datasource().reserve());
	}

	private static String names(ConfigurableListableBeanFactory beanFactory) {
		return String.join(", ",
				BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, DataSource.class, true, false));
	}

	@Bean
	Masking auditMasking(AuditProperties properties) {
		return new Masking(properties.masking().keys());
	}

	@Bean
	JsonValues auditJsonValues(Masking masking, AuditProperties properties) {
		return new JsonValues(masking, new Limits((int) properties.capture().maxSize().toBytes()));
	}

	// The context itself, as the application may have several sources of messages.
	@Bean
	Sentences auditSentences(ApplicationContext messages, AuditProperties properties) {
		return new Sentences(messages, properties.locale());
	}

	@Bean
	EntryFactory auditEntryFactory(AuditProperties properties, Environment environment, JsonValues values,
			Masking masking, Sentences sentences, ObjectProvider<Locations> locations,
			ObjectProvider<ActorAttributes> attributes) {
		String service = service(properties, environment);
		// A name that is guessed, say of the main class, would change some day, and what
		// entries say is said forever.
		if (service == null) {
			logger.warn("Entries of the audit trail do not say which service made them: set spring.application.name, "
					+ "or audit.service-name");
		}
		return new EntryFactory(service, properties.defaultCategory(), values, masking,
				new Severities(properties.failureSeverity(), properties.deniedSeverity()), sentences,
				locations.getIfAvailable(), new ActorDetails(SingletonSupplier
					.of(() -> Sole.of(attributes, "ActorAttributes beans", "Mark the one to ask as @Primary."))));
	}

	private static @Nullable String service(AuditProperties properties, Environment environment) {
		String name = (properties.serviceName() != null) ? properties.serviceName()
				: environment.getProperty("spring.application.name");
		return StringUtils.hasText(name) ? name : null;
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	LedgerWriter auditLedgerWriter(AuditDatabase database) {
		return new LedgerWriter(database.schema());
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	Outbox auditOutbox(AuditDatabase database, AuditProperties properties, Sentences sentences) {
		return new Outbox(database.schema(), properties.chain(), database.outboxes(), sentences);
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	DeliveryStatistics auditDeliveryStatistics() {
		return new DeliveryStatistics();
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	LedgerEnd auditLedgerEnd(AuditDatabase database, LedgerWriter ledger, Outbox outbox, AuditProperties properties) {
		return new LedgerEnd(database.outboxes().main().holdsLedger() ? null : database.workDataSource(), ledger,
				outbox, properties.chain());
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	Relay auditRelay(AuditDatabase database, Outbox outbox, LedgerEnd ledger, AuditProperties properties,
			DeliveryStatistics statistics) {
		OutboxDatabases outboxes = database.outboxes();
		return new Relay(outboxes.connections(outboxes.main()), outbox, ledger, properties.batch().size(),
				properties.relay().pollInterval(), statistics);
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	Relays auditRelays(AuditDatabase database, Relay relay, Outbox outbox, LedgerWriter ledger,
			AuditProperties properties, Sentences sentences) {
		return new Relays(relay, database.outboxes(), (other) -> {
			Outbox from = new Outbox(database.schema(), properties.chain(), database.outboxes(), sentences);
			outbox.backlog().include(from.backlog());
			return relay.from(Objects.requireNonNull(other.name()), database.outboxes().connections(other), from,
					new LedgerEnd(database.workDataSource(), ledger, from, properties.chain()));
		}, properties.relay().pollInterval());
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	Quarantine auditQuarantine(AuditDatabase database, LedgerWriter ledger, AuditProperties properties,
			DeliveryStatistics statistics) {
		return new Quarantine(database.dataSource(), database.schema(), properties.chain(), ledger, statistics);
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	Receipts auditReceipts(AuditDatabase database, Quarantine quarantine, AuditProperties properties,
			DeliveryStatistics statistics) {
		Receipts receipts = new Receipts(database.workDataSource(), database.schema(), quarantine,
				properties.relay().pollInterval());
		receipts.follow(statistics);
		return receipts;
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	DirectWriter auditDirectWriter(AuditDatabase database, LedgerWriter ledger, Outbox outbox,
			AuditProperties properties, Sentences sentences, DeliveryStatistics statistics) {
		return new DirectWriter(database.workDataSource(), ledger, outbox, properties.chain(), sentences, statistics);
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	Fates auditFates(AuditDatabase database, Outbox outbox, LedgerWriter ledger) {
		return new Fates(database.outboxes(), database.workDataSource(), outbox, ledger);
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
	Spool auditSpool(AuditDatabase database, LedgerWriter ledger, AuditProperties properties, Environment environment) {
		return new Spool(properties.spool().directory(), new SpoolOwner(service(properties, environment),
				properties.chain(), database.ledgerId(ledger, properties.chain())));
	}

	@Bean
	@OncePerDatabase
	@ConditionalOnBean(AuditDatabase.class)
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
	@ConditionalOnBean(AuditDatabase.class)
	EntryDelivery auditEntryDelivery(AuditDatabase database, Outbox outbox, Fates fates, Relays relays,
			AsyncBuffer buffer, AuditProperties properties, DeliveryStatistics statistics) {
		return new EntryDelivery(database.businessDataSource(), database.outboxes(), outbox, fates, relays, buffer,
				properties.failurePolicy(), properties.sync().timeout(), statistics);
	}

	@Bean
	@OncePerDatabase
	AuditTransactions auditTransactions(Handover delivery, EntryFactory factory, ManagedTransactions managed,
			ObjectProvider<Origins> origins, AuditProperties properties) {
		return new AuditTransactions(delivery, factory, managed,
				(properties.unattributedChanges() == UnattributedChanges.RECORD) ? () -> origins.getObject().current()
						: null);
	}

	@Bean
	@ConditionalOnBean(GeoLocator.class)
	Locations auditLocations(ObjectProvider<GeoLocator> locators, JsonValues values, AuditProperties properties) {
		GeoLocator locator = Sole.of(locators, "GeoLocator beans", "Mark the one to ask as @Primary.");
		return new Locations(Objects.requireNonNull(locator), values, properties.request().geoTimeout());
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
	AuditorAwareActorSource auditorAwareActorSource(ConfigurableListableBeanFactory beanFactory, Persons persons) {
		return new AuditorAwareActorSource(UsedAuditor.of(beanFactory), persons);
	}

	@Bean
	@ConditionalOnBean(AuditorAware.class)
	static AuditorTypeCheck auditAuditorTypeCheck(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<Persons> persons) {
		return new AuditorTypeCheck(beanFactory, persons::getObject);
	}

	@Bean
	EntityIdentifiers auditEntityIdentifiers(ObjectProvider<EntityManagerFactory> factories, Masking masking,
			JsonValues values, ObjectProvider<AuditDatabase> database) {
		// Without a ledger nothing outlives the application.
		byte[] passing = new byte[32];
		new SecureRandom().nextBytes(passing);
		return new EntityIdentifiers(() -> factories.stream().toList(), masking, values, () -> {
			AuditDatabase ledger = database.getIfAvailable();
			return (ledger != null) ? ledger.maskingKey() : passing;
		});
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
			Customizers customizers, AuditProperties properties, ObjectProvider<Receipts> receipts) {
		return new EventRecorder(origins, transactions, factory, customizers, properties.delivery(),
				receipts.getIfAvailable());
	}

	// The context itself, as the application may have several sources of messages.
	@Bean
	ChangeSummary auditChangeSummary(ApplicationContext messages) {
		return new ChangeSummary(messages);
	}

	@Bean
	@ConditionalOnBean(AuditDatabase.class)
	LedgerVerifier auditLedgerVerifier(AuditDatabase database, ObjectProvider<Evidence> evidence) {
		return new LedgerVerifier(database.dataSource(), database.schema(),
				evidence.getIfAvailable(() -> Evidence.NONE), VerificationProgress.NONE);
	}

	@Bean
	@ConditionalOnBean({ AuditDatabase.class, EntityManagerFactory.class })
	LedgerPersistence auditLedgerPersistence(AuditDatabase database, ObjectProvider<EntityManagerFactory> factories) {
		return new LedgerPersistence(database, factories);
	}

	@Bean
	@ConditionalOnBean({ AuditDatabase.class, EntityManagerFactory.class })
	@ConditionalOnMissingBean
	AuditTrail auditTrail(LedgerPersistence persistence, LedgerVerifier verifier, Texts texts,
			ObjectProvider<ActionCatalogue> catalogue) {
		return new JpaAuditTrail(SharedEntityManagerCreator.createSharedEntityManager(persistence.factory()), verifier,
				(type, id) -> String.valueOf(texts.id(type, id)),
				(attribute) -> words(attribute, catalogue.getObject()));
	}

	private static Collection<String> words(AuditTrail.Attribute attribute, ActionCatalogue catalogue) {
		return switch (attribute) {
			case ACTION -> catalogue.actions().keySet();
			case CATEGORY -> catalogue.categories();
			case TARGET_TYPE -> catalogue.targetTypes();
			default -> List.of();
		};
	}

}
