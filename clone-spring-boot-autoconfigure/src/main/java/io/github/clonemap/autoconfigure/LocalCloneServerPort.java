package io.github.clonemap.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Value;

/**
 * Gives a field or a parameter of a test the port on which the embedded server listens,
 * also where {@code clone.server.port} is 0. The port is known once the application has
 * started: beans that are created before ask the
 * {@link io.github.clonemap.server.CloneServer} instead, or listen for the
 * {@link io.github.clonemap.event.CloneServerStartedEvent}.
 *
 * @since 0.1.0
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Value("${local.clone.server.port}")
public @interface LocalCloneServerPort {

}
