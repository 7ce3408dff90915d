/**
 * Puts the parts together in a Spring Boot application, at whose start nobody wants to
 * wait: what beans need is named like the bean that it is, and conditions name the bean
 * that they ask for; by its type alone Spring would look for it among all beans of the
 * application. In come properties and the beans of the application, out go the beans of
 * the trail. Begin with {@link io.auditspring.autoconfigure.AuditAutoConfiguration}.
 */
@NullMarked
package io.auditspring.autoconfigure;

import org.jspecify.annotations.NullMarked;
