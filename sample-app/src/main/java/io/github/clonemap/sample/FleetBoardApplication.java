package io.github.clonemap.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Starts the Fleet board. The first instance on a machine hosts the server; further ones
 * join it with {@code --server.port=8081 --clone.servers=tcp://localhost:5556}. Or with a
 * pair of servers: the profiles {@code primary}, {@code backup} and {@code client}.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class FleetBoardApplication {

	/**
	 * Starts the application.
	 * @param args the command line
	 */
	public static void main(String[] args) {
		SpringApplication.run(FleetBoardApplication.class, args);
	}

}
