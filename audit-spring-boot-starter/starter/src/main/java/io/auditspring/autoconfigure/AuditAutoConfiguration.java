package io.auditspring.autoconfigure;

import java.security.SecureRandom;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ActorAttributes;
import io.auditspring.ActorResolver;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.GeoLocator;
import io.auditspring.TenantResolver;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Sentences;
import io.auditspring.capture.Severities;
import io.auditspring.capture.Texts;
import io.auditspring.capture.internal.actor.ActorDetails;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.actor.AuditorAwareActorSource;
import io.auditspring.capture.internal.actor.Persons;
import io.auditspring.capture.internal.actor.SecurityNames;
import io.auditspring.capture.internal.origin.CapturedContext;
import io.auditspring.capture.internal.origin.Locations;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.capture.internal.origin.RequestSource;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.state.SessionFactoryExtension;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Limits;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.database.AuditDatabase;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.delivery.Receipts;
import io.auditspring.delivery.internal.transaction.AsynchronousResults;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.delivery.internal.transaction.Handover;
import io.auditspring.delivery.internal.transaction.ManagedTransactions;
import io.auditspring.delivery.internal.transaction.UnattributedChanges;
import io.auditspring.intercept.AccessRefusal;
import io.auditspring.intercept.AsynchronousPublishers;
import io.auditspring.intercept.AuditAdvisingPostProcessor;
import io.auditspring.intercept.AuditPointcut;
import io.auditspring.intercept.AuditedMethodReader;
import io.auditspring.intercept.AuditedMethods;
import io.auditspring.intercept.AuditedRepositories;
import io.auditspring.intercept.Auditing;
import io.auditspring.intercept.Customizers;
import io.auditspring.intercept.EventRecorder;
import io.auditspring.intercept.internal.catalogue.ActionCatalogue;
import io.auditspring.intercept.internal.expression.ExpressionContexts;
import io.auditspring.query.ChangeSummary;
import jakarta.persistence.EntityManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
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
import org.springframework.context.ApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.data.domain.AuditorAware;
import org.springframework.util.function.SingletonSupplier;

/**
 * Audits the calls of an application with a PostgreSQL database.
 */
@AutoConfiguration(after = { DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@ConditionalOnBean(DataSource.class)
@EnableConfigurationProperties(AuditProperties.class)
@Import({ AuditDatabaseConfiguration.class, AuditDeliveryConfiguration.class, AuditTrailConfiguration.class })
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
	static AuditAdvisingPostProcessor auditBoundaryPostProcessor(AuditedMethods auditedMethods,
			ObjectProvider<Auditing> auditing) {
		return AuditAdvisingPostProcessor.outermost(auditedMethods, SingletonSupplier.of(auditing::getObject));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditAdvisingPostProcessor auditInterceptorPostProcessor(AuditedMethods auditedMethods,
			ObjectProvider<Auditing> auditing) {
		return AuditAdvisingPostProcessor.innermost(auditedMethods, SingletonSupplier.of(auditing::getObject));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditedRepositories auditedRepositories(AuditedMethods auditedMethods, ObjectProvider<Auditing> auditing) {
		return new AuditedRepositories(auditedMethods, SingletonSupplier.of(auditing::getObject));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ManagedTransactions auditManagedTransactions() {
		return new ManagedTransactions();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuditPersistenceUnitPostProcessor auditPersistenceUnitPostProcessor(
			ObjectProvider<AuditDatabase> auditDatabase, ObjectProvider<SessionFactoryExtension> auditStateListener,
			ObjectProvider<Handover> handover) {
		return new AuditPersistenceUnitPostProcessor(auditDatabase::getIfAvailable,
				() -> handover.getObject().dataSource(), auditStateListener::getIfAvailable);
	}

	// Nobody asks for what works by itself, or looks at the start whether all is well.
	@Bean
	static LazyInitializationExcludeFilter auditLazyInitializationExcludeFilter() {
		return (name, definition, type) -> type.getName().startsWith("io.auditspring.")
				&& (Lifecycle.class.isAssignableFrom(type) || SmartInitializingSingleton.class.isAssignableFrom(type));
	}

	@Bean
	static AuditedMethodsCheck auditedMethodsCheck(AuditedMethods auditedMethods,
			ConfigurableListableBeanFactory beanFactory) {
		return new AuditedMethodsCheck(auditedMethods, beanFactory);
	}

	@Bean
	ActionCatalogue auditActionCatalogue(AuditedMethods auditedMethods, ConfigurableListableBeanFactory beanFactory,
			AuditProperties properties) {
		return new ActionCatalogue(auditedMethods,
				SingletonSupplier.of(() -> VocabularyCheck.read(beanFactory, properties.vocabulary())),
				properties.defaultCategory());
	}

	// After the check that reads the annotations of all beans.
	@Bean
	static VocabularyCheck auditVocabularyCheck(ObjectProvider<ActionCatalogue> auditActionCatalogue) {
		return new VocabularyCheck(auditActionCatalogue.getObject());
	}

	@Bean
	Masking auditMasking(AuditProperties properties) {
		return new Masking(properties.masking().keys());
	}

	@Bean
	JsonValues auditJsonValues(Masking auditMasking, AuditProperties properties) {
		return new JsonValues(auditMasking, new Limits((int) properties.capture().maxSize().toBytes()));
	}

	// The context itself, as the application may have several sources of messages.
	@Bean
	Sentences auditSentences(ApplicationContext messages, AuditProperties properties) {
		return new Sentences(messages, properties.locale());
	}

	@Bean
	EntryFactory auditEntryFactory(AuditProperties properties, Environment environment, JsonValues auditJsonValues,
			Masking auditMasking, EntityIdentifiers auditEntityIdentifiers, Sentences auditSentences,
			ObjectProvider<Locations> auditLocations, ObjectProvider<ActorAttributes> attributes,
			ConfigurableListableBeanFactory beanFactory) {
		String service = properties.service(environment);
		// A name that is guessed, say of the main class, would change some day, and what
		// entries say is said forever; without a ledger no longer than a test runs.
		if (service == null && beanFactory.containsLocalBean("auditDatabase")) {
			logger.warn("Entries of the audit trail do not say which service made them: set spring.application.name, "
					+ "or audit.service-name");
		}
		return new EntryFactory(service, properties.defaultCategory(), auditJsonValues, auditMasking,
				auditEntityIdentifiers, new Severities(properties.failureSeverity(), properties.deniedSeverity()),
				auditSentences, auditLocations.getIfAvailable(), new ActorDetails(SingletonSupplier
					.of(() -> Sole.of(attributes, "ActorAttributes beans", "Mark the one to ask as @Primary."))));
	}

	@Bean
	@OncePerDatabase
	AuditTransactions auditTransactions(Handover delivery, EntryFactory auditEntryFactory,
			ManagedTransactions auditManagedTransactions, ObjectProvider<Origins> auditOrigins,
			AuditProperties properties) {
		return new AuditTransactions(delivery, auditEntryFactory, auditManagedTransactions,
				(properties.unattributedChanges() == UnattributedChanges.RECORD)
						? () -> auditOrigins.getObject().current() : null);
	}

	@Bean
	@ConditionalOnBean(GeoLocator.class)
	Locations auditLocations(ObjectProvider<GeoLocator> locators, JsonValues auditJsonValues,
			AuditProperties properties) {
		GeoLocator locator = Sole.of(locators, "GeoLocator beans", "Mark the one to ask as @Primary.");
		return new Locations(Objects.requireNonNull(locator), auditJsonValues, properties.geolocation().timeout());
	}

	// After those who signed in on the task's own thread, before those who guess.
	@Bean
	@Order(1)
	CapturedContext auditCapturedContext() {
		return new CapturedContext();
	}

	@Bean
	Origins auditOrigins(ObjectProvider<ActorResolver> resolvers, ObjectProvider<ActorSource> sources,
			ObjectProvider<TenantResolver> tenants, ObjectProvider<RequestSource> requests,
			ObjectProvider<Locations> auditLocations, CapturedContext auditCapturedContext) {
		return new Origins(() -> actorSources(resolvers, sources), () -> tenants.orderedStream().toList(),
				requests.getIfAvailable(() -> () -> RequestDetails.NONE), auditLocations.getIfAvailable(),
				auditCapturedContext);
	}

	private static List<ActorSource> actorSources(ObjectProvider<ActorResolver> resolvers,
			ObjectProvider<ActorSource> sources) {
		Stream<ActorSource> own = resolvers.orderedStream().map((resolver) -> resolver::resolveActor);
		return Stream.concat(own, sources.orderedStream()).toList();
	}

	@Bean
	@ConditionalOnBean(AuditorAware.class)
	@Order(2)
	AuditorAwareActorSource auditorAwareActorSource(ConfigurableListableBeanFactory beanFactory, Persons auditPersons) {
		return new AuditorAwareActorSource(UsedAuditor.of(beanFactory), auditPersons);
	}

	@Bean
	@ConditionalOnBean(name = "auditorAwareActorSource")
	static AuditorTypeCheck auditAuditorTypeCheck(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<Persons> auditPersons) {
		return new AuditorTypeCheck(beanFactory, auditPersons::getObject);
	}

	@Bean
	EntityIdentifiers auditEntityIdentifiers(ObjectProvider<EntityManagerFactory> factories, Masking auditMasking,
			JsonValues auditJsonValues, ObjectProvider<AuditDatabase> auditDatabase) {
		// Without a ledger nothing outlives the application.
		byte[] passing = new byte[32];
		new SecureRandom().nextBytes(passing);
		return new EntityIdentifiers(() -> created(factories), auditMasking, auditJsonValues, () -> {
			AuditDatabase ledger = auditDatabase.getIfAvailable();
			return (ledger != null) ? ledger.maskingKey() : passing;
		});
	}

	// What is recorded by a bean that a persistence unit needs comes before there are
	// entities, and what is recorded at the very end after them.
	private static List<EntityManagerFactory> created(ObjectProvider<EntityManagerFactory> factories) {
		try {
			return factories.stream().toList();
		}
		catch (BeanCreationException ex) {
			return List.of();
		}
	}

	@Bean
	Texts auditTexts(EntityIdentifiers auditEntityIdentifiers, JsonValues auditJsonValues) {
		return new Texts(auditEntityIdentifiers, auditJsonValues);
	}

	@Bean
	Persons auditPersons(ObjectProvider<SecurityNames> auditSecurityNames, EntityIdentifiers auditEntityIdentifiers,
			AuditProperties properties) {
		return new Persons(auditSecurityNames.getIfAvailable(), auditEntityIdentifiers, properties.actor().idProperty(),
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
	Auditing auditing(Origins auditOrigins, AuditTransactions auditTransactions, EntryFactory auditEntryFactory,
			ObjectProvider<AccessRefusal> auditAccessRefusal, Customizers auditCustomizers, BeanFactory beanFactory,
			AsynchronousResults auditAsynchronousResults, ObjectProvider<AsynchronousPublishers> publishers,
			Masking auditMasking, Texts auditTexts, AuditProperties properties) {
		return new Auditing(auditOrigins, auditTransactions, auditEntryFactory,
				auditAccessRefusal.getIfAvailable(() -> (failure) -> false), auditCustomizers,
				new ExpressionContexts(beanFactory, auditMasking, auditTexts), auditAsynchronousResults,
				publishers.getIfAvailable(), auditTexts, properties.skipped());
	}

	@Bean
	@OncePerDatabase
	AsynchronousResults auditAsynchronousResults(AuditTransactions auditTransactions) {
		return new AsynchronousResults(auditTransactions);
	}

	@Bean
	@ConditionalOnMissingBean
	AuditRecorder auditRecorder(Origins auditOrigins, AuditTransactions auditTransactions,
			EntryFactory auditEntryFactory, Customizers auditCustomizers, AuditProperties properties,
			ObjectProvider<Receipts> auditReceipts) {
		return new EventRecorder(auditOrigins, auditTransactions, auditEntryFactory, auditCustomizers,
				properties.delivery(), auditReceipts.getIfAvailable());
	}

	// The context itself, as the application may have several sources of messages.
	@Bean
	@Lazy
	ChangeSummary auditChangeSummary(ApplicationContext messages) {
		return new ChangeSummary(messages);
	}

}
