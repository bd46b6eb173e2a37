package io.github.clonemap.autoconfigure.restart;

import io.github.clonemap.CloneMap;
import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.autoconfigure.DevToolsTests;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application with a server and a client, which DevTools restarts.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ CloneAutoConfiguration.class, CloneServerAutoConfiguration.class })
public class DevToolsApplication {

	public static void main(String[] arguments) {
		DevToolsTests.beforeStart(arguments);
		SpringApplication application = new SpringApplication(DevToolsApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		ConfigurableApplicationContext context = application.run("--clone.server.port=0");
		CloneMap<String> map = context.getBean("cloneMap", CloneMap.class).subtree("/restart/", String.class);
		map.addListener((change) -> {
		});
		map.put("key", "value");
		DevToolsTests.afterStart(context, DevToolsApplication.class);
	}

}
