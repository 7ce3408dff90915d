package org.example.petclinic;

import javax.cache.configuration.MutableConfiguration;

import org.springframework.boot.cache.autoconfigure.JCacheManagerCustomizer;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableCaching
class CacheConfiguration {

	@Bean
	JCacheManagerCustomizer petclinicCacheConfigurationCustomizer() {
		return (caches) -> caches.createCache("owners", new MutableConfiguration<>().setStatisticsEnabled(true));
	}

}
