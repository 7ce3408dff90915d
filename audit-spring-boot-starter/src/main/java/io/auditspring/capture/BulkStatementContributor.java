package io.auditspring.capture;

import java.util.Map;

import org.hibernate.boot.registry.StandardServiceInitiator;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.service.spi.ServiceContributor;
import org.hibernate.service.spi.ServiceRegistryImplementor;

/**
 * Lets Hibernate tell of the statements that change rows directly. Found by Hibernate
 * itself, so that it works however the application builds its persistence unit.
 */
public final class BulkStatementContributor implements ServiceContributor {

	@Override
	public void contribute(StandardServiceRegistryBuilder builder) {
		builder.addInitiator(new StandardServiceInitiator<JdbcServices>() {

			@Override
			public JdbcServices initiateService(Map<String, Object> settings, ServiceRegistryImplementor registry) {
				return new ObservedJdbcServices();
			}

			@Override
			public Class<JdbcServices> getServiceInitiated() {
				return JdbcServices.class;
			}

		});
	}

}
