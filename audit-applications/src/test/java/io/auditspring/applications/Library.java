package io.auditspring.applications;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * A library that an application may have or not.
 */
enum Library {

	ACTUATOR("spring-boot-starter-actuator"),

	SECURITY("spring-boot-starter-security"),

	ENVERS("hibernate-envers"),

	WEB_MVC("spring-boot-starter-webmvc"),

	WEB_FLUX("spring-boot-starter-webflux"),

	MICROMETER("spring-boot-starter-micrometer-metrics"),

	FLYWAY("spring-boot-starter-flyway"),

	LIQUIBASE("spring-boot-starter-liquibase"),

	SPRINGDOC {
		@Override
		String starter(Set<Library> others) {
			if (others.contains(WEB_MVC)) {
				return "springdoc-openapi-starter-webmvc-api";
			}
			return others.contains(WEB_FLUX) ? "springdoc-openapi-starter-webflux-api"
					: "springdoc-openapi-starter-common";
		}
	},

	KAFKA("spring-boot-starter-kafka");

	private final String starter;

	Library(String... starter) {
		this.starter = String.join("", starter);
	}

	/**
	 * What an application depends on that has it.
	 * @param others what else it has
	 * @return the artifact's id
	 */
	String starter(Set<Library> others) {
		return this.starter;
	}

	/**
	 * The class path of an application that has some and not the others.
	 * @param libraries which it has
	 * @return the class path
	 */
	static ClassPath classPath(Set<Library> libraries) {
		ClassPath classPath = ClassPath.of("matrix");
		libraries.forEach((library) -> classPath.with(library.starter(libraries)));
		if (!libraries.contains(MICROMETER)) {
			// Actuator brings it along.
			classPath.without("spring-boot-starter-micrometer-metrics", "spring-boot-micrometer-metrics",
					"micrometer-core", "micrometer-jakarta9");
		}
		return classPath;
	}

	/**
	 * The smallest number of class paths in which any two libraries are found together,
	 * each without the other, and both missing (Kleitman and Spencer 1973): of six class
	 * paths the first has no library, and each library is in three of the others, no two
	 * in the same three. There are ten ways to choose three of five, and two triples of
	 * five have one in common.
	 * @return the libraries of each class path
	 */
	static Set<Library>[] allPairs() {
		@SuppressWarnings("unchecked")
		Set<Library>[] paths = new Set[6];
		Arrays.setAll(paths, (path) -> EnumSet.noneOf(Library.class));
		int library = 0;
		for (int first = 1; first <= 5; first++) {
			for (int second = first + 1; second <= 5; second++) {
				for (int third = second + 1; third <= 5; third++) {
					for (int path : new int[] { first, second, third }) {
						paths[path].add(values()[library]);
					}
					library++;
				}
			}
		}
		return paths;
	}

}
