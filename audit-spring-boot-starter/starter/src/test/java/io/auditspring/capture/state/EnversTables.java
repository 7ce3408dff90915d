package io.auditspring.capture.state;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.auditspring.ledger.internal.entry.CanonicalJson;
import jakarta.persistence.EntityManager;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.proxy.HibernateProxy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads which entities Envers wrote a row for.
 */
final class EnversTables {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private EnversTables() {
	}

	static long latestRevision(EntityManager entityManager) {
		Number latest = (Number) entityManager.createNativeQuery("select coalesce(max(rev), 0) from revinfo")
			.getSingleResult();
		return latest.longValue();
	}

	/**
	 * The entities with a row in any revision after the given one.
	 * @param entityManager reads them
	 * @param earlier the revision before
	 * @return each entity's name and identifier
	 */
	static Set<String> entitiesSince(EntityManager entityManager, long earlier) {
		SessionFactoryImplementor factory = entityManager.getEntityManagerFactory()
			.unwrap(SessionFactoryImplementor.class);
		EnversService envers = factory.getServiceRegistry().requireService(EnversService.class);
		Set<String> entities = new HashSet<>();
		factory.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			String audited = persister.getEntityName();
			String name = envers.getEntitiesConfigurations().getEntityNameForVersionsEntityName(audited);
			if (name != null && envers.getEntitiesConfigurations().isVersioned(name)
					&& persister.getSuperMappingType() == null) {
				entities.addAll(rows(entityManager, persister, earlier));
			}
		});
		return entities;
	}

	private static Set<String> rows(EntityManager entityManager, EntityPersister persister, long earlier) {
		Set<String> rows = new HashSet<>();
		entityManager
			.createQuery("from %s e where e.originalId.REV.id > :earlier".formatted(persister.getEntityName()),
					Map.class)
			.setParameter("earlier", earlier)
			.getResultList()
			.forEach((row) -> rows.add(name((String) row.get("$type$")) + " " + id((Map<?, ?>) row.get("originalId"))));
		return rows;
	}

	private static String name(String entityName) {
		String name = entityName.substring(0, entityName.length() - "_AUD".length());
		return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
	}

	private static String id(Map<?, ?> originalId) {
		Map<Object, Object> id = new HashMap<>(originalId);
		id.keySet().removeAll(Set.of("REV", "$type$"));
		id.replaceAll((name, value) -> (value instanceof HibernateProxy proxy)
				? proxy.getHibernateLazyInitializer().getIdentifier() : value);
		if (id.size() == 1) {
			return id.values().iterator().next().toString();
		}
		JsonNode node = JSON.valueToTree(id);
		return CanonicalJson.of(node).toString();
	}

}
