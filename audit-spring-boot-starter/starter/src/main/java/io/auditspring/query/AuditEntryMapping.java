/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Objects;

import io.auditspring.ledger.Schema;
import io.auditspring.query.internal.value.LowerCaseConverter;
import jakarta.persistence.Column;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.ResourceStreamLocator;
import org.hibernate.boot.spi.AdditionalMappingContributions;
import org.hibernate.boot.spi.AdditionalMappingContributor;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.boot.spi.InFlightMetadataCollector;
import org.hibernate.boot.spi.MetadataBuildingContext;
import org.hibernate.engine.config.spi.ConfigurationService;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.integrator.spi.Integrator;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.service.ServiceRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Adds {@link AuditEntry} to persistence units that have the setting {@link #SCHEMA}.
 * Found by Hibernate itself, so that the application's own scanning for entities and
 * repositories stays as it is.
 *
 * @since 0.1.0
 */
public final class AuditEntryMapping implements AdditionalMappingContributor, Integrator {

	/**
	 * The setting of a persistence unit that says in which schema the ledger is. Units
	 * without it do not know {@link AuditEntry}.
	 */
	public static final String SCHEMA = "io.auditspring.schema";

	/** What queries may call the entity, unless the application has one of that name. */
	private static final String SIMPLE_NAME = AuditEntry.class.getSimpleName();

	/**
	 * What Hibernate and Jackson make by reflection.
	 * @return the entity and what converts it
	 */
	public static List<Class<?>> types() {
		return List.of(AuditEntry.class, LowerCaseConverter.OfActorType.class, LowerCaseConverter.OfSeverity.class,
				LowerCaseConverter.OfOutcome.class, AuditEntrySerializer.class);
	}

	@Override
	public void contribute(AdditionalMappingContributions contributions, InFlightMetadataCollector metadata,
			ResourceStreamLocator resourceStreamLocator, MetadataBuildingContext buildingContext) {
		String entity = AuditEntry.class.getName();
		if (schema(buildingContext.getBootstrapContext().getServiceRegistry()) != null
				&& metadata.getEntityBinding(entity) == null) {
			contributions.contributeEntity(AuditEntry.class);
			if (!metadata.getImports().containsKey(SIMPLE_NAME)) {
				metadata.addImport(SIMPLE_NAME, entity);
			}
		}
	}

	@Override
	public void integrate(Metadata metadata, BootstrapContext bootstrapContext,
			SessionFactoryImplementor sessionFactory) {
		PersistentClass entity = metadata.getEntityBinding(AuditEntry.class.getName());
		Schema schema = schema(bootstrapContext.getServiceRegistry());
		if (entity != null && schema != null) {
			// The annotation cannot know the schema; SQL is only made after this.
			entity.getTable().setSubselect("select * from " + schema.table("audit_log"));
			named(entity.getIdentifierProperty());
			entity.getProperties().forEach(AuditEntryMapping::named);
		}
	}

	// A naming strategy of the application is for tables of its own.
	private static void named(Property property) {
		Field field = Objects.requireNonNull(ReflectionUtils.findField(AuditEntry.class, property.getName()));
		String name = Objects.requireNonNull(field.getAnnotation(Column.class)).name();
		property.getColumns().forEach((column) -> column.setName(name));
	}

	private static @Nullable Schema schema(ServiceRegistry services) {
		Object name = services.requireService(ConfigurationService.class).getSettings().get(SCHEMA);
		return (name != null) ? new Schema(name.toString()) : null;
	}

}
